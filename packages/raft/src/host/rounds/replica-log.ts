import {
  type ConfState,
  type Entry,
  entryBytes,
  type HardState,
  type LogStorage,
  type SnapshotMetadata,
  StorageError,
} from '../../core/index.ts';
import type { GroupKey, Wal } from '../../wal/index.ts';
import { TermRuns } from './term-runs.ts';

/** Bytes of entries that all replicas of a node hold in memory. */
export interface MemoryUse {
  bytes: number;
}

/**
 * The durable log of one replica as the core reads it: the recent entries in memory, older ones in the
 * node's write-ahead log.
 *
 * Invariant: firstIndex() <= mark.index + 1; entries above the mark can always be read, those at or below it
 * only as long as they are in memory (the write-ahead log has let them go).
 * Invariant: entries in memory are [memoryFirst, lastIndex()], without a gap.
 */
export class ReplicaLog implements LogStorage {
  readonly key: GroupKey;
  readonly #wal: Wal;
  readonly #use: MemoryUse;
  readonly #terms = new TermRuns();
  #hardState: HardState;
  #mark: SnapshotMetadata;
  #file: SnapshotMetadata | null = null;
  #first: number;
  #last: number;
  #entries: Entry[] = [];
  /** Entries at the front of #entries that were dropped already. */
  #dropped = 0;
  #bytes = 0;
  /** The core asked for a snapshot and there was none. */
  snapshotWanted = false;

  constructor(
    key: GroupKey,
    wal: Wal,
    use: MemoryUse,
    start: { hardState: HardState; mark: SnapshotMetadata; entries: readonly Entry[] },
  ) {
    this.key = key;
    this.#wal = wal;
    this.#use = use;
    this.#hardState = start.hardState;
    this.#mark = start.mark;
    this.#first = start.mark.index + 1;
    this.#last = start.mark.index;
    this.#terms.set(start.mark.index, start.mark.term);
    this.append(start.entries);
  }

  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    return { hardState: this.#hardState, confState: this.#mark.confState };
  }

  get mark(): SnapshotMetadata {
    return this.#mark;
  }

  /** Bytes of this group's entries in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Index of the oldest entry in memory. */
  get memoryFirst(): number {
    return this.#last + 1 - (this.#entries.length - this.#dropped);
  }

  firstIndex(): number {
    return this.#first;
  }

  lastIndex(): number {
    return this.#last;
  }

  term(index: number): number {
    if (index < this.#first - 1) throw new StorageError('compacted', `term of ${index}`);
    if (index > this.#last) throw new StorageError('unavailable', `term of ${index}`);
    return this.#terms.at(index);
  }

  entries(low: number, high: number, bytesMax: number): readonly Entry[] {
    if (low < this.#first) throw new StorageError('compacted', `entries from ${low}`);
    if (high > this.#last + 1) throw new StorageError('unavailable', `entries to ${high}`);
    const memoryFirst = this.memoryFirst;
    if (low < memoryFirst)
      return this.#wal.readEntries(this.key, low, Math.min(high, memoryFirst), bytesMax);
    const from = this.#dropped + low - memoryFirst;
    const to = from + high - low;
    let bytes = 0;
    for (let at = from; at < to; at += 1) {
      const entry = this.#entries[at];
      if (entry === undefined) throw new StorageError('unavailable', `entry ${low + at - from}`);
      bytes += entryBytes(entry);
      if (bytes > bytesMax && at > from) return this.#entries.slice(from, at);
    }
    return this.#entries.slice(from, to);
  }

  snapshot(): SnapshotMetadata | null {
    if (this.#file === null) this.snapshotWanted = true;
    return this.#file;
  }

  // --- what the host reports of the disk -------------------------------------------------------------

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  /** Entries are durable; they replace whatever stood at and above the first one's index. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    if (first.index > this.#last + 1)
      throw new RangeError(`group ${this.key.group}: entry ${first.index} after ${this.#last}`);
    if (first.index <= this.#last) this.#truncate(first.index);
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#terms.set(entry.index, entry.term);
      this.#count(entryBytes(entry));
    }
    this.#last = first.index + entries.length - 1;
  }

  #truncate(index: number): void {
    const memoryFirst = this.memoryFirst;
    const kept = index <= memoryFirst ? this.#dropped : this.#dropped + index - memoryFirst;
    for (let at = kept; at < this.#entries.length; at += 1) {
      const entry = this.#entries[at];
      if (entry !== undefined) this.#count(-entryBytes(entry));
    }
    this.#entries.length = kept;
    this.#last = index - 1;
  }

  /** A snapshot file of ours exists, whether the log knows it or not. */
  setFile(file: SnapshotMetadata): void {
    this.#file = file;
    this.snapshotWanted = false;
  }

  /** The log is compacted up to a snapshot of our own; `trailing` entries below it stay while in memory. */
  compact(mark: SnapshotMetadata, trailing: number): void {
    if (mark.index <= this.#mark.index) return;
    this.#mark = mark;
    this.#raiseFirst(
      Math.max(mark.index + 1 - trailing, Math.min(this.memoryFirst, mark.index + 1)),
    );
  }

  /** A leader's snapshot takes the place of the log; entries above it stay only where they continue it. */
  install(mark: SnapshotMetadata): void {
    const continues =
      mark.index >= this.#first - 1 &&
      mark.index <= this.#last &&
      this.#terms.at(mark.index) === mark.term;
    if (!continues) {
      this.#truncate(this.memoryFirst);
      this.#entries = [];
      this.#dropped = 0;
      this.#last = mark.index;
      this.#terms.set(mark.index, mark.term);
    }
    this.#mark = mark;
    this.#file = mark;
    this.#raiseFirst(mark.index + 1);
  }

  /** Drops entries below `index` from memory; what the write-ahead log no longer has is gone with that. */
  forget(index: number): void {
    this.#dropMemory(Math.min(index, this.#last + 1));
    if (this.#first <= this.#mark.index)
      this.#raiseFirst(Math.min(this.memoryFirst, this.#mark.index + 1));
  }

  #raiseFirst(index: number): void {
    if (index <= this.#first) return;
    this.#first = index;
    this.#terms.dropBelow(index - 1);
    this.#dropMemory(index);
  }

  #dropMemory(index: number): void {
    const until = Math.min(
      this.#dropped + Math.max(0, index - this.memoryFirst),
      this.#entries.length,
    );
    for (; this.#dropped < until; this.#dropped += 1) {
      const entry = this.#entries[this.#dropped];
      if (entry === undefined) continue;
      this.#count(-entryBytes(entry));
      // Lets go of the bytes at once; the array itself is cut now and then.
      this.#entries[this.#dropped] = FORGOTTEN;
    }
    if (this.#dropped > 256 && this.#dropped * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#use.bytes += bytes;
  }

  /** The group is gone from this node. */
  release(): void {
    this.#count(-this.#bytes);
    this.#entries = [];
    this.#dropped = 0;
  }
}

const FORGOTTEN: Entry = { index: 0, term: 0, type: 'normal', data: new Uint8Array(0) };
