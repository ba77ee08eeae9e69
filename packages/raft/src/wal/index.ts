export { ByteReader, ByteWriter, MalformedBytesError } from './bytes.ts';
export { type Crc32c, crc32c } from './crc32c.ts';
export { crc32cTable } from './crc32c-table.ts';
export { type Disk, DiskError, type DiskFile, type DiskResult } from './disk.ts';
export { nodeDisk } from './node-disk.ts';
export { type OpenWalOptions, type OpenWalResult, openWal, SEGMENT_BYTES_DEFAULT } from './open-wal.ts';
export { readEntry, readSnapshotMetadata, writeEntry, writeSnapshotMetadata } from './record-codec.ts';
export * from './wal-api.ts';
