export { type Crc32c, crc32c } from './crc32c.ts';
export { crc32cTable } from './crc32c-table.ts';
export { DirectoryInUseError, lockDirectory } from './directory-lock.ts';
export { type Disk, DiskError, type DiskFile, type DiskResult } from './disk.ts';
export { ask } from './disk-steps.ts';
export { readDurableFile, writeDurableFile } from './durable-file.ts';
export { nodeDisk } from './node-disk.ts';
export {
  type OpenWalOptions,
  type OpenWalResult,
  openWal,
  SEGMENT_BYTES_DEFAULT,
} from './open-wal.ts';
export type * from './snapshot-api.ts';
export { openSnapshotStore } from './snapshot-store.ts';
export * from './wal-api.ts';
