import { invariant } from './invariant.ts';
import { type LogStorage, StorageError } from './storage.ts';
import type { Entry, SnapshotMetadata } from './types.ts';
import { Unstable } from './unstable.ts';

/** Bytes that an entry is counted with against every limit. */
export function entryBytes(entry: Entry): number {
  return entry.data.length + 24;
}

/** The longest prefix within `bytesMax`, at least one entry. */
export function limitBytes(entries: readonly Entry[], bytesMax: number): readonly Entry[] {
  let bytes = 0;
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i];
    if (entry === undefined) break;
    bytes += entryBytes(entry);
    if (bytes > bytesMax && i > 0) return entries.slice(0, i);
  }
  return entries;
}

/**
 * The log of one replica: what the storage has, and the unstable tail.
 *
 * Invariant: applied <= applying <= committed <= lastIndex().
 */
export class RaftLog {
  readonly #storage: LogStorage;
  readonly unstable: Unstable;
  committed: number;
  applying: number;
  applied: number;

  constructor(storage: LogStorage, applied: number) {
    this.#storage = storage;
    this.unstable = new Unstable(storage.lastIndex() + 1);
    this.committed = Math.max(applied, storage.firstIndex() - 1);
    this.applying = this.committed;
    this.applied = this.committed;
  }

  firstIndex(): number {
    const { snapshot } = this.unstable;
    return snapshot === null ? this.#storage.firstIndex() : snapshot.index + 1;
  }

  lastIndex(): number {
    return this.unstable.lastIndex() ?? this.#storage.lastIndex();
  }

  /** Term of an entry. Throws StorageError('compacted' | 'unavailable') outside of what is there. */
  term(index: number): number {
    const unstable = this.unstable.term(index);
    if (unstable !== null) return unstable;
    if (index + 1 < this.firstIndex()) throw new StorageError('compacted', `term of ${index}`);
    if (index > this.lastIndex()) throw new StorageError('unavailable', `term of ${index}`);
    return this.#storage.term(index);
  }

  /** Term of an entry, or null when the log doesn't have it (0 has term 0). */
  termOrNull(index: number): number | null {
    if (index + 1 < this.firstIndex() || index > this.lastIndex()) return null;
    try {
      return this.term(index);
    } catch (error) {
      if (error instanceof StorageError) return null;
      throw error;
    }
  }

  lastTerm(): number {
    return this.term(this.lastIndex());
  }

  matchTerm(index: number, term: number): boolean {
    return this.termOrNull(index) === term;
  }

  /** Is a log that ends with (index, term) at least as up to date as ours? (Raft paper, 5.4.1) */
  isUpToDate(index: number, term: number): boolean {
    const lastTerm = this.lastTerm();
    return term > lastTerm || (term === lastTerm && index >= this.lastIndex());
  }

  append(entries: readonly Entry[]): number {
    const first = entries[0];
    if (first === undefined) return this.lastIndex();
    invariant(first.index > this.committed, () => `entry ${first.index} <= committed ${this.committed}`);
    this.unstable.truncateAndAppend(entries);
    return this.lastIndex();
  }

  /**
   * Appends what a leader sent after (prevIndex, prevTerm). The answer is the last index that this message
   * proved, or null when our log doesn't hold the previous entry.
   */
  maybeAppend(
    prevIndex: number,
    prevTerm: number,
    commit: number,
    entries: readonly Entry[],
  ): number | null {
    if (!this.matchTerm(prevIndex, prevTerm)) return null;
    const lastNew = prevIndex + entries.length;
    const conflict = this.#findConflict(entries);
    if (conflict !== 0) {
      invariant(conflict > this.committed, () => `entry ${conflict} conflicts with committed ${this.committed}`);
      this.append(entries.slice(conflict - (prevIndex + 1)));
    }
    // Only what this message proved may be committed: beyond it our log may differ from the leader's.
    this.commitTo(Math.min(commit, lastNew));
    return lastNew;
  }

  #findConflict(entries: readonly Entry[]): number {
    for (const entry of entries) {
      if (!this.matchTerm(entry.index, entry.term)) return entry.index;
    }
    return 0;
  }

  /** The highest (index, term) at or below `index` whose term is at most `term`: the back-off's hint. */
  findConflictByTerm(index: number, term: number): { index: number; term: number } {
    for (let at = index; at > 0; at -= 1) {
      const ours = this.termOrNull(at);
      if (ours === null) return { index: at, term: 0 };
      if (ours <= term) return { index: at, term: ours };
    }
    return { index: 0, term: 0 };
  }

  commitTo(index: number): void {
    if (index <= this.committed) return;
    invariant(index <= this.lastIndex(), () => `commit ${index} beyond last index ${this.lastIndex()}: was the log truncated or lost?`);
    this.committed = index;
  }

  appliedTo(index: number): void {
    invariant(index >= this.applied && index <= this.committed, () => `applied ${index} outside of [${this.applied}, ${this.committed}]`);
    this.applied = index;
    this.applying = Math.max(this.applying, index);
  }

  /** Committed entries that were not handed out yet and are on disk here, within `bytesMax`. */
  nextCommitted(bytesMax: number): readonly Entry[] {
    const high = this.#applicableTo();
    if (this.applying >= high || this.unstable.snapshot !== null) return [];
    return this.slice(this.applying + 1, high + 1, bytesMax);
  }

  hasNextCommitted(): boolean {
    return this.unstable.snapshot === null && this.applying < this.#applicableTo();
  }

  /** Entries whose own write has not returned are not applied here yet: a restart must find them again. */
  #applicableTo(): number {
    return Math.min(this.committed, this.unstable.offset - 1);
  }

  acceptApplying(index: number): void {
    this.applying = index;
  }

  slice(low: number, high: number, bytesMax: number): readonly Entry[] {
    if (low >= high) return [];
    const { offset } = this.unstable;
    if (low >= offset) return limitBytes(this.unstable.slice(low, high), bytesMax);
    const stableHigh = Math.min(high, offset);
    const stable = this.#storage.entries(low, stableHigh, bytesMax);
    if (high <= offset || stable.length < stableHigh - low) return stable;
    return limitBytes([...stable, ...this.unstable.slice(offset, high)], bytesMax);
  }

  restore(snapshot: SnapshotMetadata): void {
    this.committed = snapshot.index;
    this.unstable.restore(snapshot);
  }

  snapshot(): SnapshotMetadata | null {
    return this.unstable.snapshot ?? this.#storage.snapshot();
  }
}
