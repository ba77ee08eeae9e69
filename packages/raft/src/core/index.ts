export { RaftInvariantError } from './invariant.ts';
export { entriesBytes, entryBytes, limitBytes } from './log/entry-size.ts';
export { MemoryStorage } from './log/memory-storage.ts';
export { type LogStorage, StorageError, type StorageErrorCode } from './log/storage.ts';
export { ConfChangeError } from './membership/conf-change.ts';
export {
  ConfChangeDecodeError,
  decodeConfChange,
  encodeConfChange,
} from './membership/conf-change-codec.ts';
export type { ProgressState } from './membership/progress.ts';
export type { RaftOptions, RandomInteger } from './options.ts';
export { RawNode } from './raw-node.ts';
export { READS_PENDING_MAX } from './reads/read-only.ts';
export { type ReadyDriver, ReadyLoop } from './ready-loop.ts';
export type { BasicStatus, ProgressStatus, Status } from './status.ts';
export * from './types.ts';
