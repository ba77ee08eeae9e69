import type { Entry, HardState, SnapshotMetadata } from '../core/index.ts';
import type { RandomStream } from './random-stream.ts';
import { SimLog } from './sim-log.ts';

/** A snapshot as the state machine's owner keeps it: what the core says of it, and the state itself. */
export interface SnapshotRecord {
  readonly meta: SnapshotMetadata;
  readonly digest: number;
  /** Chain hash of the log at the snapshot's index. */
  readonly hash: number;
}

/** One write: all of it or nothing is found after a crash. */
export interface DiskWrite {
  readonly hardState: HardState | null;
  /** A leader's snapshot: it replaces the log. */
  readonly installed: SnapshotRecord | null;
  /** A local snapshot: the log keeps what is above `compactTo`. */
  readonly taken: { readonly record: SnapshotRecord; readonly compactTo: number } | null;
  readonly entries: readonly Entry[];
  readonly sync: boolean;
}

export interface DiskImage {
  hardState: HardState;
  snapshot: SnapshotRecord | null;
  readonly log: SimLog;
}

/** Deliberate bugs of the layer that owns the disk. */
export interface DiskBugs {
  /** What is read back after a crash of the process is taken as durable without syncing it. */
  readonly noSyncOnRecovery: boolean;
  /** Vote and term are two records, and the vote comes first. */
  readonly hardStateInTwoRecords: boolean;
}

/**
 * A disk with a cache: writes are visible at once and durable when they, or a later one, have been synced. A
 * crash of the process keeps the cache; a loss of power keeps a random number of the oldest unsynced writes.
 */
export class SimDisk {
  readonly #bugs: DiskBugs;
  readonly durable: DiskImage = {
    hardState: { term: 0, vote: 0, commit: 0 },
    snapshot: null,
    log: new SimLog(),
  };
  /** Written, not synced, oldest first. */
  #cached: DiskWrite[] = [];
  /** Submitted and not returned yet, oldest first. */
  #underWay: DiskWrite[] = [];
  /** A failed sync: writes up to here look clean and will never be durable. */
  #lost = false;

  constructor(bugs: DiskBugs) {
    this.#bugs = bugs;
  }

  submit(write: DiskWrite): void {
    this.#underWay.push(write);
  }

  /** The oldest write under way returns; with it everything before is durable, if it was to be synced. */
  complete(): void {
    const write = this.#underWay.shift();
    if (write === undefined) throw new Error('no write is under way');
    this.#cached.push(write);
    if (write.sync && !this.#lost) this.#flush();
  }

  /** The sync of the oldest write fails. The pages are clean now: no later sync will write them. */
  failSync(): void {
    const write = this.#underWay.shift();
    if (write === undefined) throw new Error('no write is under way');
    this.#cached.push(write);
    this.#lost = true;
  }

  #flush(): void {
    for (const write of this.#cached) apply(this.durable, write);
    this.#cached = [];
  }

  /** How many writes of this disk the crash takes with it. */
  crash(kind: 'process' | 'power', stream: RandomStream): number {
    const reached = stream.below(this.#underWay.length + 1);
    const cached = [...this.#cached, ...this.#underWay.slice(0, reached)];
    const before = this.#cached.length + this.#underWay.length;
    this.#underWay = [];
    if (kind === 'process') {
      this.#cached = cached;
      return before - cached.length;
    }
    const kept = this.#lost ? 0 : stream.below(cached.length + 1);
    for (const write of cached.slice(0, kept)) apply(this.durable, write);
    const torn = cached[kept]?.hardState;
    if (this.#bugs.hardStateInTwoRecords && torn && stream.chance(0.5)) {
      this.durable.hardState = { ...this.durable.hardState, vote: torn.vote };
    }
    this.#cached = [];
    this.#lost = false;
    return before - kept;
  }

  /** What a starting process reads; it rewrites and syncs that before anything else. */
  recover(): DiskImage {
    if (!this.#bugs.noSyncOnRecovery) {
      this.#flush();
      this.#lost = false;
    }
    const { hardState, snapshot, log } = this.durable;
    const image: DiskImage = { hardState, snapshot, log: log.copy() };
    for (const write of this.#cached) apply(image, write);
    return image;
  }
}

function apply(image: DiskImage, write: DiskWrite): void {
  if (write.hardState !== null) image.hardState = write.hardState;
  if (write.installed !== null) {
    const { meta, hash } = write.installed;
    image.snapshot = write.installed;
    image.log.restore(meta.index, meta.term, hash);
  }
  image.log.append(write.entries);
  if (write.taken !== null && write.taken.record.meta.index > (image.snapshot?.meta.index ?? 0)) {
    image.snapshot = write.taken.record;
    image.log.compact(write.taken.compactTo);
  }
}
