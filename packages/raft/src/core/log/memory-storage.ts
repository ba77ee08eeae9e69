import { violated } from '../invariant.ts';
import type { ConfState, Entry, HardState, SnapshotMetadata } from '../types.ts';
import { limitBytes } from './entry-size.ts';
import { type LogStorage, StorageError } from './storage.ts';

/**
 * A log in memory.
 *
 * Invariant: entries[i].index === compactedIndex + 1 + i.
 */
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

  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    return { hardState: this.#hardState, confState: this.#confState };
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  /** The configuration as of the applied index: what a restart begins with. */
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
    const first = this.firstIndex();
    if (low < first) throw new StorageError('compacted', `entries from ${low}`);
    if (high > this.lastIndex() + 1) throw new StorageError('unavailable', `entries to ${high}`);
    return limitBytes(this.#entries.slice(low - first, high - first), bytesMax);
  }

  /** Entries replace whatever stands at and above the first one's index; compacted ones are skipped. */
  append(entries: readonly Entry[]): void {
    const skipped = this.firstIndex() - (entries[0]?.index ?? 0);
    const kept = skipped > 0 ? entries.slice(skipped) : entries;
    const first = kept[0];
    if (first === undefined) return;
    if (first.index > this.lastIndex() + 1) {
      violated(`gap between the log's last index ${this.lastIndex()} and entry ${first.index}`);
    }
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

  /** A leader's snapshot replaces the log. Throws StorageError('outdated') for one that the log has passed. */
  applySnapshot(snapshot: SnapshotMetadata): void {
    const newest = Math.max(this.#snapshot?.index ?? 0, this.#compactedIndex);
    if (snapshot.index < newest)
      throw new StorageError('outdated', `snapshot of ${snapshot.index}, behind that of ${newest}`);
    this.#snapshot = snapshot;
    this.#confState = snapshot.confState;
    this.#compactedIndex = snapshot.index;
    this.#compactedTerm = snapshot.term;
    this.#entries = [];
  }

  /** Forgets the entries up to `index`; a snapshot must cover them. */
  compact(index: number): void {
    if (index <= this.#compactedIndex) return;
    if (index > (this.#snapshot?.index ?? 0)) violated(`no snapshot covers entry ${index}`);
    const term = this.term(index);
    this.#entries = this.#entries.slice(index - this.#compactedIndex);
    this.#compactedIndex = index;
    this.#compactedTerm = term;
  }
}
