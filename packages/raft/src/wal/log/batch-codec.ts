import { ByteReader, ByteWriter, MalformedBytesError } from '../../codec/bytes.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import { readRecord, type StoredRecord, writeRecord } from './record-codec.ts';

/**
 * A batch is what one write and one sync make durable: all of it or nothing.
 *
 * ```
 *  0 magic        4 header CRC32C (of 8..40)     8 batch number (8)
 * 16 CRC32C of the previous batch's payload: its attestation   20 count of records
 * 24 payload length   28 payload CRC32C   32 nonce of the segment   36 flags
 * 40 records, then zeros up to a whole sector
 * ```
 *
 * A batch is written only after the one before it was synced. So a valid batch attests that everything
 * before it was on disk: damage there is corruption and never a torn tail. Batches begin at sectors, so that
 * a write that a power loss tears shares no sector with what was synced before.
 */
export const BATCH_HEADER_BYTES = 40;
export const SECTOR_BYTES = 512;
const MAGIC = 0x31424c46;
const FLAG_CHECKPOINT = 1;
/** A buffer that one huge batch made larger than this is let go. */
const BUFFER_BYTES_KEPT_MAX = 4 * 1024 * 1024;

export interface BatchHeader {
  readonly number: number;
  readonly previousCrc: number;
  readonly recordCount: number;
  readonly payloadLength: number;
  readonly payloadCrc: number;
  readonly nonce: number;
  /** The batch begins a segment and states everything known of every group first. */
  readonly checkpoint: boolean;
}

export type BatchStart = Pick<BatchHeader, 'number' | 'previousCrc' | 'nonce' | 'checkpoint'>;

export interface EncodedBatch {
  /** The encoder's own buffer: valid until the next `encode`. A multiple of sectors. */
  readonly bytes: Uint8Array;
  readonly payloadCrc: number;
  /** Where in `bytes` each record begins, and last the end of the records. */
  readonly bounds: readonly number[];
}

/** Encodes batches into one buffer, one batch at a time. */
export class BatchEncoder {
  readonly #crc32c: Crc32c;
  #writer = new ByteWriter(64 * 1024);

  constructor(crc32c: Crc32c) {
    this.#crc32c = crc32c;
  }

  encode(records: readonly StoredRecord[], start: BatchStart): EncodedBatch {
    if (this.#writer.length > BUFFER_BYTES_KEPT_MAX) this.#writer = new ByteWriter(64 * 1024);
    const out = this.#writer;
    out.reset();
    out.u32(MAGIC);
    out.u32(0);
    out.u53(start.number);
    out.u32(start.previousCrc);
    out.u32(records.length);
    out.u32(0);
    out.u32(0);
    out.u32(start.nonce);
    out.u32(start.checkpoint ? FLAG_CHECKPOINT : 0);
    const bounds: number[] = [];
    for (const record of records) {
      bounds.push(out.length);
      writeRecord(out, record, this.#crc32c);
    }
    const end = out.length;
    bounds.push(end);
    const payloadCrc = this.#crc32c(out.view().subarray(BATCH_HEADER_BYTES, end));
    out.patchU32(24, end - BATCH_HEADER_BYTES);
    out.patchU32(28, payloadCrc);
    out.patchU32(4, this.#crc32c(out.view().subarray(8, BATCH_HEADER_BYTES)));
    out.align(SECTOR_BYTES);
    return { bytes: out.view(), payloadCrc, bounds };
  }
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
    const nonce = from.u32();
    const checkpoint = from.u32() === FLAG_CHECKPOINT;
    return { number, previousCrc, recordCount, payloadLength, payloadCrc, nonce, checkpoint };
  } catch (error) {
    if (error instanceof MalformedBytesError) return null;
    throw error;
  }
}

/** Bytes from one batch's start to the next one's. */
export function batchSpan(payloadLength: number): number {
  return Math.ceil((BATCH_HEADER_BYTES + payloadLength) / SECTOR_BYTES) * SECTOR_BYTES;
}

/** A record and where in the file it stands. */
export interface PlacedRecord {
  readonly record: StoredRecord;
  readonly offset: number;
  readonly length: number;
}

/** True when the payload of a batch whose header was read is there and undamaged. */
export function isPayloadWhole(
  bytes: Uint8Array,
  position: number,
  header: BatchHeader,
  crc32c: Crc32c,
): boolean {
  const start = position + BATCH_HEADER_BYTES;
  const end = start + header.payloadLength;
  return end <= bytes.length && crc32c(bytes.subarray(start, end)) === header.payloadCrc;
}

/** The records of a batch whose payload is whole. Throws MalformedBytesError on content that makes no sense. */
export function readBatchRecords(
  bytes: Uint8Array,
  position: number,
  header: BatchHeader,
): readonly PlacedRecord[] {
  const start = position + BATCH_HEADER_BYTES;
  const from = new ByteReader(bytes.subarray(start, start + header.payloadLength));
  const records: PlacedRecord[] = [];
  for (let at = 0; at < header.recordCount; at += 1) {
    const offset = from.position;
    const record = readRecord(from);
    records.push({ record, offset: start + offset, length: from.position - offset });
  }
  from.end();
  return records;
}

/** What to look for behind a damaged place. */
export interface BatchSearch {
  /** Null: of whatever segment. */
  readonly nonce: number | null;
  readonly numberMin: number;
}

/** Position of a whole batch header at or after `from`; -1: none. */
export function findBatch(
  bytes: Uint8Array,
  from: number,
  search: BatchSearch,
  crc32c: Crc32c,
): number {
  const first = Math.ceil(from / SECTOR_BYTES) * SECTOR_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = first; at + BATCH_HEADER_BYTES <= bytes.length; at += SECTOR_BYTES) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const header = readBatchHeader(bytes, at, crc32c);
    if (header === null || header.number < search.numberMin) continue;
    if (search.nonce === null || header.nonce === search.nonce) return at;
  }
  return -1;
}
