import type { SnapshotMetadata } from '../../core/index.ts';
import type { GroupKey, WalFailure } from '../wal-api.ts';

/**
 * How an operation of the snapshot store ended. `full`: nothing changed, what was there before still is.
 * `corrupt` and `failed` end the process (exit code 70), as with the log.
 */
export type StoreResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: WalFailure };

/** A snapshot read whole. */
export interface StoredSnapshot {
  readonly metadata: SnapshotMetadata;
  readonly data: Uint8Array;
}

/**
 * The newest snapshot of each group's state machine, a checksummed file each. The former one is removed only
 * after the new one is durable. Every callback comes later than its call.
 *
 * The log's mark follows the file: save first, append the `snapshot` record when `save` (or a receiver's
 * `finish`) has called back. After a crash in between the file is newer than the mark, never older.
 */
export interface SnapshotStore {
  /** What the newest durable snapshot says of itself, from memory; null: there is none. */
  newest(key: GroupKey): SnapshotMetadata | null;
  /** Durable when `done(null)` is called. A snapshot that is not newer than the stored one is not written. */
  save(
    key: GroupKey,
    metadata: SnapshotMetadata,
    data: Uint8Array,
    done: (failure: WalFailure | null) => void,
  ): void;
  /** The newest one, all checksums verified; null: there is none. */
  load(key: GroupKey, done: (result: StoreResult<StoredSnapshot | null>) => void): void;
  /** Opens the newest one for sending it in pieces; it stays readable when a newer one replaces it. */
  openReader(key: GroupKey, done: (result: StoreResult<SnapshotReader | null>) => void): void;
  /** Begins to receive a snapshot of `totalBytes`; an unfinished one of the same group is given up. */
  receiver(
    key: GroupKey,
    metadata: SnapshotMetadata,
    totalBytes: number,
    done: (result: StoreResult<SnapshotReceiver>) => void,
  ): void;
  /** Removes all snapshots of this life of the group, for a group that was deleted. */
  remove(key: GroupKey, done: (failure: WalFailure | null) => void): void;
}

/** A snapshot that is read in pieces, to be sent. It must be closed. */
export interface SnapshotReader {
  readonly metadata: SnapshotMetadata;
  /** Bytes of the state machine's data. */
  readonly totalBytes: number;
  /** Up to `bytesMax` verified bytes at `offset`, at least one unless `offset` is the end. */
  read(offset: number, bytesMax: number, done: (result: StoreResult<Uint8Array>) => void): void;
  close(done: () => void): void;
}

/** Takes pieces in order. It survives a broken connection: the next sender goes on at `nextOffset`. */
export interface SnapshotReceiver {
  readonly metadata: SnapshotMetadata;
  readonly totalBytes: number;
  /** Bytes taken so far. */
  readonly nextOffset: number;
  /**
   * Answers with the offset that is wanted next. A piece that was there already, leaves a gap or comes while
   * another is being written changes nothing and answers the same way.
   */
  write(offset: number, data: Uint8Array, done: (result: StoreResult<number>) => void): void;
  /** Makes it the newest snapshot, durably. Only once `nextOffset` is `totalBytes`. */
  finish(done: (failure: WalFailure | null) => void): void;
  /** Gives it up and removes what was written. */
  abort(done: () => void): void;
}
