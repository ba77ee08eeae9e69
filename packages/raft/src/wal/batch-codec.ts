import { ByteReader, ByteWriter, MalformedBytesError } from '../codec/bytes.ts';
import type { Crc32c } from './crc32c.ts';
import { readRecord, writeRecord } from './record-codec.ts';
import type { WalRecord } from './wal-api.ts';

/**
 * A batch is what one write and one sync make durable: all of it or nothing.
 *
 * ```
 *  0 magic        4 header CRC32C (of 8..40)     8 batch number (8)
 * 16 CRC32C of the previous batch's payload: its attestation   20 count of records
 * 24 payload length   28 payload CRC32C   32 nonce of the segment   36 zero
 * 40 records, then zeros up to a multiple of 8
 * ```
 *
 * A batch is written only after the one before it was synced. So a valid batch attests that everything
 * before it was on disk: damage there is corruption and never a torn tail.
 */
export const BATCH_HEADER_BYTES = 40;
export const BATCH_ALIGNMENT = 8;
const MAGIC = 0x31424c46;

export interface BatchHeader {
  readonly number: number;
  readonly previousCrc: number;
  readonly recordCount: number;
  readonly payloadLength: number;
  readonly payloadCrc: number;
  readonly nonce: number;
}

export interface EncodedBatch {
  /** A copy of its own: the writer's buffer is used again. */
  readonly bytes: Uint8Array;
  readonly payloadCrc: number;
}

const writer = new ByteWriter(64 * 1024);

export function encodeBatch(
  records: readonly WalRecord[],
  header: { readonly number: number; readonly previousCrc: number; readonly nonce: number },
  crc32c: Crc32c,
): EncodedBatch {
  writer.reset();
  writer.u32(MAGIC);
  writer.u32(0);
  writer.u53(header.number);
  writer.u32(header.previousCrc);
  writer.u32(records.length);
  writer.u32(0);
  writer.u32(0);
  writer.u32(header.nonce);
  writer.u32(0);
  for (const record of records) writeRecord(writer, record);
  const end = writer.length;
  const payloadCrc = crc32c(writer.view().subarray(BATCH_HEADER_BYTES, end));
  writer.patchU32(24, end - BATCH_HEADER_BYTES);
  writer.patchU32(28, payloadCrc);
  writer.patchU32(4, crc32c(writer.view().subarray(8, BATCH_HEADER_BYTES)));
  writer.align(BATCH_ALIGNMENT);
  return { bytes: writer.view().slice(), payloadCrc };
}

/** The header at `position`, or null when there is none that is whole. */
export function readBatchHeader(
  bytes: Uint8Array,
  position: number,
  crc32c: Crc32c,
): BatchHeader | null {
  if (position + BATCH_HEADER_BYTES > bytes.length) return null;
  const header = bytes.subarray(position, position + BATCH_HEADER_BYTES);
  const from = new ByteReader(header);
  if (from.u32() !== MAGIC) return null;
  if (from.u32() !== crc32c(header.subarray(8))) return null;
  try {
    const number = from.u53();
    const previousCrc = from.u32();
    const recordCount = from.u32();
    const payloadLength = from.u32();
    const payloadCrc = from.u32();
    return { number, previousCrc, recordCount, payloadLength, payloadCrc, nonce: from.u32() };
  } catch (error) {
    if (error instanceof MalformedBytesError) return null;
    throw error;
  }
}

/** Bytes from one batch's start to the next one's. */
export function batchSpan(header: BatchHeader): number {
  const length = BATCH_HEADER_BYTES + header.payloadLength;
  return Math.ceil(length / BATCH_ALIGNMENT) * BATCH_ALIGNMENT;
}

/** The records of a batch whose header was read; null when the payload is damaged or cut. */
export function readBatchRecords(
  bytes: Uint8Array,
  position: number,
  header: BatchHeader,
  crc32c: Crc32c,
): readonly WalRecord[] | null {
  const start = position + BATCH_HEADER_BYTES;
  const end = start + header.payloadLength;
  if (end > bytes.length) return null;
  const payload = bytes.subarray(start, end);
  if (crc32c(payload) !== header.payloadCrc) return null;
  const from = new ByteReader(payload);
  const records: WalRecord[] = [];
  for (let at = 0; at < header.recordCount; at += 1) records.push(readRecord(from));
  from.end();
  return records;
}

/** Position of a whole header of this segment at or after `from`, numbered `numberMin` or higher; -1: none. */
export function findBatch(
  bytes: Uint8Array,
  from: number,
  nonce: number,
  numberMin: number,
  crc32c: Crc32c,
): number {
  const first = Math.ceil(from / BATCH_ALIGNMENT) * BATCH_ALIGNMENT;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = first; at + BATCH_HEADER_BYTES <= bytes.length; at += BATCH_ALIGNMENT) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const header = readBatchHeader(bytes, at, crc32c);
    if (header !== null && header.nonce === nonce && header.number >= numberMin) return at;
  }
  return -1;
}
