import { invariant } from './invariant.ts';
import { limitBytes } from './raft-log.ts';
import { type LogStorage, StorageError } from './storage.ts';
import type { ConfState, Entry, HardState, SnapshotMetadata } from './types.ts';

/** A log in memory. Invariant: entries[i].index === compactedIndex + 1 + i. */
export class MemoryStorage implements LogStorage {
  #hardState: HardState = { term: 0, vote: 0, commit: 0 };
  #confState: ConfState;
  #compactedIndex = 0;
  #compactedTerm = 0;
  #entries: Entry[] = [];
  #snapshot: SnapshotMetadata | null = null;

  constructor(confState: ConfState) {
    this.#confState = confState;
  }

  initialState(): { hardState: HardState; confState: ConfState } {
    return { hardState: this.#hardState, confState: this.#confState };
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  setConfState(confState: ConfState): void {
    this.#confState = confState;
  }

  firstIndex(): number {
    return this.#compactedIndex + 1;
  }

  lastIndex(): number {
    return this.#compactedIndex + this.#entries.length;
  }

  term(index: number): number {
    if (index === this.#compactedIndex) return this.#compactedTerm;
    if (index < this.#compactedIndex) throw new StorageError('compacted', `term of ${index}`);
    const entry = this.#entries[index - this.firstIndex()];
    if (entry === undefined) throw new StorageError('unavailable', `term of ${index}`);
    return entry.term;
  }

  entries(low: number, high: number, bytesMax: number): readonly Entry[] {
    if (low < this.firstIndex()) throw new StorageError('compacted', `entries from ${low}`);
    if (high > this.lastIndex() + 1) throw new StorageError('unavailable', `entries to ${high}`);
    return limitBytes(this.#entries.slice(low - this.firstIndex(), high - this.firstIndex()), bytesMax);
  }

  /** Entries replace whatever stands at and above the first one's index. */
  append(entries: readonly Entry[]): void {
    const kept = entries.filter(({ index }) => index >= this.firstIndex());
    const first = kept[0];
    if (first === undefined) return;
    invariant(first.index <= this.lastIndex() + 1, () => `gap: last ${this.lastIndex()}, appended ${first.index}`);
    this.#entries.length = first.index - this.firstIndex();
    for (const entry of kept) this.#entries.push(entry);
  }

  snapshot(): SnapshotMetadata | null {
    return this.#snapshot;
  }

  /** A local snapshot exists; the log keeps its entries until `compact`. */
  setSnapshot(snapshot: SnapshotMetadata): void {
    this.#snapshot = snapshot;
  }

  /** A leader's snapshot replaces the log. */
  applySnapshot(snapshot: SnapshotMetadata): void {
    this.#snapshot = snapshot;
    this.#confState = snapshot.confState;
    this.#compactedIndex = snapshot.index;
    this.#compactedTerm = snapshot.term;
    this.#entries = [];
  }

  compact(index: number): void {
    if (index <= this.#compactedIndex) return;
    const term = this.term(index);
    this.#entries = this.#entries.slice(index + 1 - this.firstIndex());
    this.#compactedIndex = index;
    this.#compactedTerm = term;
  }
}
