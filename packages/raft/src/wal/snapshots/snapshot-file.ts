import { ByteReader, ByteWriter, MalformedBytesError } from '../../codec/bytes.ts';
import { readSnapshotMetadata, writeSnapshotMetadata } from '../../codec/entry-codec.ts';
import type { SnapshotMetadata } from '../../core/index.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import type { GroupKey } from '../wal-api.ts';
import { checkVersion } from '../wal-failure.ts';

/**
 * A snapshot file: a header of fixed size, then chunks of CHUNK_BYTES of the state machine's data, each with its
 * CRC32C (4 bytes) in front; the last chunk is as long as it has to be.
 *
 * ```
 *  0 magic   4 CRC32C of the rest of the header   8 version   12 group (2)   14 incarnation (8)
 * 22 length of the data (8)   30 CRC32C of all data   34 metadata, then zeros up to SNAPSHOT_HEADER_BYTES
 * ```
 */
export const SNAPSHOT_HEADER_BYTES = 4096;
export const SNAPSHOT_CHUNK_BYTES = 64 * 1024;
const CHUNK_CRC_BYTES = 4;
const MAGIC = 0x31504c46;
export const SNAPSHOT_FILE_VERSION = 1;
const NAME = /^(\d{5})-(\d+)-(\d+)\.snap$/;

export interface SnapshotHeader {
  readonly key: GroupKey;
  readonly metadata: SnapshotMetadata;
  readonly totalBytes: number;
  readonly dataCrc: number;
}

export interface SnapshotName {
  readonly key: GroupKey;
  readonly index: number;
}

export function snapshotName(key: GroupKey, index: number): string {
  return `${String(key.group).padStart(5, '0')}-${key.incarnation}-${index}.snap`;
}

/** What a file's name says; null: not a snapshot's. */
export function parseSnapshotName(name: string): SnapshotName | null {
  const [, group, incarnation, index] = NAME.exec(name) ?? [];
  if (group === undefined || incarnation === undefined || index === undefined) return null;
  const key = { group: Number(group), incarnation: Number(incarnation) };
  const isExact = Number.isSafeInteger(key.incarnation) && Number.isSafeInteger(Number(index));
  return isExact ? { key, index: Number(index) } : null;
}

export function encodeSnapshotHeader(header: SnapshotHeader, crc32c: Crc32c): Uint8Array {
  const out = new ByteWriter(SNAPSHOT_HEADER_BYTES);
  out.u32(MAGIC);
  out.u32(0);
  out.u32(SNAPSHOT_FILE_VERSION);
  out.u16(header.key.group);
  out.u53(header.key.incarnation);
  out.u53(header.totalBytes);
  out.u32(header.dataCrc);
  writeSnapshotMetadata(out, header.metadata);
  out.align(SNAPSHOT_HEADER_BYTES);
  if (out.length !== SNAPSHOT_HEADER_BYTES)
    throw new RangeError('too many replicas for a snapshot');
  out.patchU32(4, crc32c(out.view().subarray(8)));
  return out.view().slice();
}

/** Throws MalformedBytesError when it is damaged, and a WalFailureError when a later version wrote it; `file` is its name there. */
export function readSnapshotHeader(
  bytes: Uint8Array,
  file: string,
  crc32c: Crc32c,
): SnapshotHeader {
  const from = new ByteReader(bytes);
  const magic = from.u32();
  const crc = from.u32();
  if (magic !== MAGIC || crc !== crc32c(bytes.subarray(8)))
    throw new MalformedBytesError('the header of the snapshot is damaged');
  checkVersion(file, from.u32(), SNAPSHOT_FILE_VERSION);
  const key = { group: from.u16(), incarnation: from.u53() };
  const totalBytes = from.u53();
  const dataCrc = from.u32();
  return { key, totalBytes, dataCrc, metadata: readSnapshotMetadata(from) };
}

/** Bytes of a whole file with so much data. */
export function snapshotFileBytes(totalBytes: number): number {
  const chunks = Math.ceil(totalBytes / SNAPSHOT_CHUNK_BYTES);
  return SNAPSHOT_HEADER_BYTES + totalBytes + chunks * CHUNK_CRC_BYTES;
}

/** Where the chunk with the byte at `offset` of the data begins in the file; `offset` is a chunk's start. */
export function chunkPosition(offset: number): number {
  const chunk = Math.floor(offset / SNAPSHOT_CHUNK_BYTES);
  return SNAPSHOT_HEADER_BYTES + chunk * (SNAPSHOT_CHUNK_BYTES + CHUNK_CRC_BYTES);
}

/** A chunk as it stands in the file, in two pieces: checksum and data. */
export function chunkPieces(data: Uint8Array, crc32c: Crc32c): readonly Uint8Array[] {
  const head = new Uint8Array(CHUNK_CRC_BYTES);
  new DataView(head.buffer).setUint32(0, crc32c(data), true);
  return [head, data];
}

/** The data of one chunk read from the file. Throws MalformedBytesError when it is damaged. */
export function readChunk(bytes: Uint8Array, crc32c: Crc32c): Uint8Array {
  const from = new ByteReader(bytes);
  const crc = from.u32();
  const data = from.bytes(from.remaining);
  if (crc !== crc32c(data)) throw new MalformedBytesError('a chunk of the snapshot is damaged');
  return data;
}
