export { type Crc32c, crc32c } from './disk/crc32c.ts';
export { crc32cTable } from './disk/crc32c-table.ts';
export { DirectoryInUseError, type DirectoryLock, lockDirectory } from './disk/directory-lock.ts';
export { type Disk, DiskError, type DiskFile, type DiskResult } from './disk/disk.ts';
export {
  DURABLE_FILE_BYTES_MAX,
  readDurableFile,
  writeDurableFile,
} from './disk/durable-file.ts';
export { nodeDisk } from './disk/node-disk.ts';
export {
  type OpenWalOptions,
  type OpenWalResult,
  openWal,
  SEAL_AFTER_MS_DEFAULT,
  SEGMENT_BYTES_DEFAULT,
  SEGMENT_BYTES_MIN,
} from './log/open-wal.ts';
export type { WalIdentity } from './log/segment-header.ts';
export type * from './snapshots/snapshot-api.ts';
export { openSnapshotStore, type SnapshotStoreOptions } from './snapshots/snapshot-store.ts';
export type * from './wal-api.ts';
