import type { ConfState, Entry, HardState, SnapshotMetadata } from '../types.ts';

/** Why a read of the log can't be served, or a snapshot not be taken. */
export type StorageErrorCode = 'compacted' | 'unavailable' | 'outdated';

/** Thrown by `LogStorage` reads; any other error is fatal for the node. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'StorageError';
    this.code = code;
  }
}

/**
 * What the core reads of the durable log. It only reads: writing is the host's. Everything handed to
 * `advanceAppend` is visible here before that call.
 */
export interface LogStorage {
  initialState(): { readonly hardState: HardState; readonly confState: ConfState };
  /** Entries of [low, high), at least one, then as many as fit in `bytesMax`. Throws StorageError. */
  entries(low: number, high: number, bytesMax: number): readonly Entry[];
  /** Term of an entry in [firstIndex - 1, lastIndex]. Throws StorageError. */
  term(index: number): number;
  firstIndex(): number;
  lastIndex(): number;
  /** The newest local snapshot, to be sent to a follower that fell behind the log; null: not ready now. */
  snapshot(): SnapshotMetadata | null;
}
