import type { Entry, HardState, SnapshotMetadata } from '../core/index.ts';

/**
 * A group's life on this node. `incarnation` is drawn anew whenever a group is created here, so that the
 * records of a deleted group are never replayed into its namesake.
 */
export interface GroupKey {
  readonly group: number;
  readonly incarnation: number;
}

/** What one group wants on disk; a whole round of groups is one batch: all of it or nothing. */
export type WalRecord =
  | { readonly type: 'group-created'; readonly key: GroupKey; readonly replicaId: number }
  | { readonly type: 'group-deleted'; readonly key: GroupKey }
  | { readonly type: 'hard-state'; readonly key: GroupKey; readonly hardState: HardState }
  /** Entries replace whatever the log held at and above the first one's index. */
  | { readonly type: 'entries'; readonly key: GroupKey; readonly entries: readonly Entry[] }
  /** A snapshot file is durable up to here: earlier entries are not needed any more. */
  | { readonly type: 'snapshot'; readonly key: GroupKey; readonly snapshot: SnapshotMetadata };

/** What recovery found of one group: hard state, newest snapshot mark and the entries above it. */
export interface RecoveredGroup {
  readonly key: GroupKey;
  readonly replicaId: number;
  readonly hardState: HardState;
  readonly snapshot: SnapshotMetadata | null;
  readonly entries: readonly Entry[];
}

/** What a log held when it was opened, by group. */
export interface RecoveredWal {
  readonly groups: readonly RecoveredGroup[];
  /** Bytes cut from an unsynced tail, 0 after a clean stop. */
  readonly tornBytes: number;
}

/** Why the log can't be opened or written. */
export type WalFailure =
  /** A record that was synced is damaged: the node must not serve (exit code 70). */
  | {
      readonly kind: 'corrupt';
      readonly file: string;
      readonly offset: number;
      readonly detail: string;
    }
  /** A write or sync failed: what is on disk is unknown, the process must end (exit code 70). */
  | { readonly kind: 'failed'; readonly file: string; readonly detail: string }
  /** The directory belongs to another node or cluster. */
  | { readonly kind: 'foreign'; readonly file: string; readonly detail: string }
  /** A later version wrote the file. It is left as it is: the node must be started with that version. */
  | { readonly kind: 'later-version'; readonly file: string; readonly detail: string }
  /** No room: the batch was refused as a whole and nothing of it will ever be read back. */
  | { readonly kind: 'full'; readonly file: string; readonly detail: string };

/** One write-ahead log for all groups of a node. It takes one batch at a time; its caller gathers the next one. */
export interface Wal {
  /**
   * Writes and syncs records as one atomic batch. `done(null)` once fdatasync has returned, later than the call.
   * Throws RangeError while an earlier append was not answered yet. After a failure other than 'full' every later
   * call fails.
   *
   * A group is created before anything else of it is appended, and entries leave no gap: a violation fails the
   * log, before it is written.
   */
  append(records: readonly WalRecord[], done: (failure: WalFailure | null) => void): void;
  /**
   * Reads entries [low, high) of a group that are durable and above its snapshot, at least one, then as many as
   * fit in `bytesMax`. Throws StorageError; DiskError when the disk fails or what it holds is damaged (fatal).
   */
  readEntries(key: GroupKey, low: number, high: number, bytesMax: number): readonly Entry[];
  /**
   * Groups that keep the oldest segment alive, with the bytes of their live entries: snapshot all of them to
   * free it. None while there is only one segment.
   */
  pinningGroups(): readonly { readonly key: GroupKey; readonly bytes: number }[];
  readonly stats: WalStats;
  /** Waits for the append under way, then closes the files. */
  close(done: () => void): void;
}

/** What a log has done since it was opened, and what it holds. */
export interface WalStats {
  readonly segments: number;
  readonly bytes: number;
  readonly batches: number;
  readonly records: number;
  readonly syncs: number;
  /** Of batches since the start, headers included. */
  readonly appendedBytes: number;
  /** Durations of the newest syncs in milliseconds, a fixed-size ring. */
  readonly recentSyncMs: readonly number[];
}
