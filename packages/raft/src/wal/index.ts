export { type Crc32c, crc32c } from './crc32c.ts';
export { crc32cTable } from './crc32c-table.ts';
export { DirectoryInUseError, type DirectoryLock, lockDirectory } from './directory-lock.ts';
export { type Disk, DiskError, type DiskFile, type DiskResult } from './disk.ts';
export {
  DURABLE_FILE_BYTES_MAX,
  readDurableFile,
  writeDurableFile,
} from './durable-file.ts';
export { nodeDisk } from './node-disk.ts';
export {
  type OpenWalOptions,
  type OpenWalResult,
  openWal,
  SEAL_AFTER_MS_DEFAULT,
  SEGMENT_BYTES_DEFAULT,
  SEGMENT_BYTES_MIN,
} from './open-wal.ts';
export type { WalIdentity } from './segment-header.ts';
export type * from './snapshot-api.ts';
export { openSnapshotStore, type SnapshotStoreOptions } from './snapshot-store.ts';
export type * from './wal-api.ts';
