import type { SnapshotMetadata } from '../../core/index.ts';
import type { SnapshotStore, WalFailure } from '../../wal/index.ts';
import type { HostEvent, NodeNumber } from '../host-api.ts';
import type { HostLimits } from '../host-options.ts';
import type { Replica } from '../replica.ts';
import type { DiskQueue } from '../rounds/disk-queue.ts';
import type { LargeSnapshots } from './large-snapshots.ts';

export interface SnapshotSaverParts<TReply> {
  readonly store: SnapshotStore;
  readonly disk: DiskQueue<TReply>;
  readonly limits: HostLimits;
  readonly nodeNumber: NodeNumber;
  readonly large: LargeSnapshots;
  readonly onEvent: (event: HostEvent) => void;
  /** A write failed in a way that leaves open what is on disk. */
  readonly fatal: (failure: WalFailure) => void;
}

/**
 * Snapshots of this node's own state machines, one group at a time: file first, then a mark in the log, then
 * the log is compacted. A crash between any two of these leaves a file that is newer than the log knows,
 * which recovery takes.
 */
export class SnapshotSaver<TReply> {
  readonly #parts: SnapshotSaverParts<TReply>;
  readonly #queue: Replica<TReply>[] = [];
  #saving: Replica<TReply> | null = null;
  #stopped = false;

  constructor(parts: SnapshotSaverParts<TReply>) {
    this.#parts = parts;
  }

  get isIdle(): boolean {
    return this.#saving === null;
  }

  isDue(replica: Replica<TReply>): boolean {
    const { snapshotEntries, snapshotLogBytes } = this.#parts.limits;
    if (replica.stall !== null || replica.isReplaying) return false;
    return (
      replica.log.snapshotWanted ||
      replica.entriesSinceSnapshot >= snapshotEntries ||
      replica.bytesSinceSnapshot >= snapshotLogBytes
    );
  }

  request(replica: Replica<TReply>): void {
    if (this.#saving === replica || this.#queue.includes(replica)) return;
    this.#queue.push(replica);
    this.#next();
  }

  #next(): void {
    if (this.#saving !== null || this.#stopped) return;
    const replica = this.#queue.shift();
    if (replica === undefined) return;
    // A snapshot from the leader is on its way to the same file: that one is newer.
    // The state of a stalled replica may be half changed.
    const isBusy = replica.received !== null || replica.isSaving || replica.isReplaying;
    if (replica.phase !== 'running' || replica.stall !== null || isBusy) {
      this.#next();
      return;
    }
    this.#save(replica);
  }

  #save(replica: Replica<TReply>): void {
    const data = replica.machine.snapshot();
    const metadata: SnapshotMetadata = {
      index: replica.applied,
      term: replica.appliedTerm,
      confState: replica.confState,
    };
    replica.entriesSinceSnapshot = 0;
    replica.bytesSinceSnapshot = 0;
    replica.isSaving = true;
    this.#saving = replica;
    this.#parts.store.save(replica.log.key, metadata, data, (failure) => {
      replica.isSaving = false;
      this.#saving = null;
      if (!this.#stopped && replica.phase === 'running') {
        if (failure === null) this.#saved(replica, metadata, data.length);
        // No room: the log still has everything; tried again when the next entries make it due.
        else if (failure.kind !== 'full') this.#parts.fatal(failure);
      }
      this.#next();
    });
  }

  #saved(replica: Replica<TReply>, metadata: SnapshotMetadata, bytes: number): void {
    const { disk, limits, onEvent, store, large, nodeNumber } = this.#parts;
    const { snapshotBytesMax: bytesMax } = limits;
    const { group } = replica;
    replica.firstState = null;
    if (bytes > bytesMax)
      large.report({
        stage: 'saved',
        group,
        peer: nodeNumber,
        index: metadata.index,
        bytes,
        bytesMax,
      });
    replica.log.setFile(store.newest(replica.log.key) ?? metadata);
    const batch = disk.open();
    batch.records.push({ type: 'snapshot', key: replica.log.key, snapshot: metadata });
    disk.count(batch, 128);
    batch.after.push(() => {
      if (replica.phase === 'running') replica.log.compact(metadata, limits.trailingEntries);
      onEvent({ type: 'snapshot-saved', group, index: metadata.index, bytes });
    });
    disk.submit();
  }

  stop(): void {
    this.#stopped = true;
  }
}
