import { violated } from '../invariant.ts';
import type { Entry, SnapshotMetadata } from '../types.ts';
import { limitBytes } from './entry-size.ts';
import { type LogStorage, StorageError } from './storage.ts';
import { Unstable } from './unstable.ts';

/** Where the logs of a leader and a follower may still meet, and the term there (0: unknown). */
export interface ConflictHint {
  readonly index: number;
  readonly term: number;
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
  /** Handed to the state machine. */
  applying: number;
  /** Applied by the state machine. */
  applied: number;

  constructor(storage: LogStorage, applied: number) {
    this.#storage = storage;
    this.unstable = new Unstable(storage.lastIndex() + 1);
    const start = Math.max(applied, storage.firstIndex() - 1);
    if (start > storage.lastIndex()) violated(`applied ${start} beyond the log's end`);
    this.committed = start;
    this.applying = start;
    this.applied = start;
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

  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    if (first.index <= this.committed) {
      violated(`entry ${first.index} would replace a committed one (${this.committed})`);
    }
    this.unstable.truncateAndAppend(entries);
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
    const proved = prevIndex + entries.length;
    const known = this.#knownPrefix(entries);
    if (known < entries.length) this.append(known === 0 ? entries : entries.slice(known));
    // Only what this message proved may be committed: beyond it our log may differ from the leader's.
    this.commitTo(Math.min(commit, proved));
    return proved;
  }

  /** How many of the entries our log has already. */
  #knownPrefix(entries: readonly Entry[]): number {
    let known = 0;
    for (const entry of entries) {
      if (!this.matchTerm(entry.index, entry.term)) break;
      known += 1;
    }
    return known;
  }

  /** The highest (index, term) at or below `index` whose term is at most `term`: skips whole terms. */
  findConflictByTerm(index: number, term: number): ConflictHint {
    for (let at = index; at > 0; at -= 1) {
      const ours = this.termOrNull(at);
      if (ours === null) return { index: at, term: 0 };
      if (ours <= term) return { index: at, term: ours };
    }
    return { index: 0, term: 0 };
  }

  commitTo(index: number): void {
    if (index <= this.committed) return;
    if (index > this.lastIndex()) {
      violated(`commit ${index} beyond the last index ${this.lastIndex()}: was the log lost?`);
    }
    this.committed = index;
  }

  /** Repeated and older reports are ignored. */
  appliedTo(index: number): void {
    if (index <= this.applied) return;
    const handedOut = Math.max(this.applying, this.unstable.snapshot?.index ?? 0);
    if (index > handedOut) violated(`applied ${index}, handed out up to ${handedOut}`);
    this.applying = Math.max(this.applying, index);
    this.applied = index;
  }

  hasNextCommitted(): boolean {
    return this.unstable.snapshot === null && this.applying < this.#applicableTo();
  }

  /** Committed entries that were not handed out yet, within `bytesMax`; they count as handed out now. */
  takeCommitted(bytesMax: number): readonly Entry[] {
    if (!this.hasNextCommitted()) return [];
    const entries = this.slice(this.applying + 1, this.#applicableTo() + 1, bytesMax);
    const last = entries.at(-1);
    if (last === undefined) return violated(`no entry ${this.applying + 1}, though committed`);
    this.applying = last.index;
    return entries;
  }

  /** Entries whose own write has not returned are not applied yet: a restart must find them again. */
  #applicableTo(): number {
    return Math.min(this.committed, this.unstable.offset - 1);
  }

  /** Entries of [low, high), at least one, then as many as fit. Throws StorageError('compacted'). */
  slice(low: number, high: number, bytesMax: number): readonly Entry[] {
    if (low >= high) return [];
    const { offset } = this.unstable;
    if (low >= offset) return limitBytes(this.unstable.slice(low, high), bytesMax);
    const stableHigh = Math.min(high, offset);
    const stable = this.#storage.entries(low, stableHigh, bytesMax);
    // A caller that goes on behind the last entry would ask for the same ones for ever.
    if (stable.length === 0) violated(`the storage gave no entry ${low}, though it has it`);
    if (high <= offset || stable.length < stableHigh - low) return stable;
    return limitBytes([...stable, ...this.unstable.slice(offset, high)], bytesMax);
  }

  /** A leader's snapshot replaces the whole log. */
  restore(snapshot: SnapshotMetadata): void {
    this.committed = snapshot.index;
    this.unstable.restore(snapshot);
  }

  /** The write of the oldest Ready has returned; the snapshot in it, if any, is in the state machine too. */
  finishWrite(): SnapshotMetadata | null {
    const snapshot = this.unstable.finishWrite();
    if (snapshot === null) return null;
    this.applying = Math.max(this.applying, snapshot.index);
    this.applied = Math.max(this.applied, snapshot.index);
    return snapshot;
  }

  snapshot(): SnapshotMetadata | null {
    return this.unstable.snapshot ?? this.#storage.snapshot();
  }
}
