import { ByteReader, ByteWriter, MalformedBytesError } from '../../codec/bytes.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import { checkVersion } from '../wal-failure.ts';

/**
 * First bytes of every segment file: who it belongs to. Batches follow at SEGMENT_HEADER_BYTES.
 *
 * Every version keeps the magic, the CRC32C over the bytes from 8 to SEGMENT_HEADER_BYTES, and its number at 8. An older
 * program can so tell a segment of a later version from a damaged one, and from a spare that may be removed.
 */
export const SEGMENT_HEADER_BYTES = 512;
const MAGIC = 0x31574c46;
export const SEGMENT_VERSION = 1;
const NAME = /^(\d{10})\.wal$/;

/** Whose log a segment is; a log of another node or cluster is refused as `foreign`. */
export interface WalIdentity {
  readonly clusterId: string;
  readonly nodeId: string;
}

export interface SegmentHeader {
  readonly number: number;
  /** Drawn per segment, carried by its batches: a leftover of another segment is not taken for one of them. */
  readonly nonce: number;
  readonly identity: WalIdentity;
}

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.wal`;
}

export function segmentNumber(name: string): number | null {
  const match = NAME.exec(name);
  return match?.[1] === undefined ? null : Number(match[1]);
}

export function encodeSegmentHeader(header: SegmentHeader, crc32c: Crc32c): Uint8Array {
  const out = new ByteWriter(SEGMENT_HEADER_BYTES);
  out.u32(MAGIC);
  out.u32(0);
  out.u32(SEGMENT_VERSION);
  out.u53(header.number);
  out.u32(header.nonce);
  const utf8 = new TextEncoder();
  out.sized(utf8.encode(header.identity.clusterId));
  out.sized(utf8.encode(header.identity.nodeId));
  out.align(SEGMENT_HEADER_BYTES);
  if (out.length !== SEGMENT_HEADER_BYTES) {
    const { clusterId, nodeId } = header.identity;
    throw new RangeError(`identity too long for the log: ${clusterId}, ${nodeId}`);
  }
  out.patchU32(4, crc32c(out.view().subarray(8)));
  return out.view().slice();
}

/**
 * Null when it is damaged (or was never finished). Throws a WalFailureError of kind `later-version` for a whole header
 * that a later version wrote; `file` is its name there.
 */
export function readSegmentHeader(
  bytes: Uint8Array,
  file: string,
  crc32c: Crc32c,
): SegmentHeader | null {
  if (bytes.length < SEGMENT_HEADER_BYTES) return null;
  const header = bytes.subarray(0, SEGMENT_HEADER_BYTES);
  const from = new ByteReader(header);
  if (from.u32() !== MAGIC || from.u32() !== crc32c(header.subarray(8))) return null;
  checkVersion(file, from.u32(), SEGMENT_VERSION);
  try {
    const number = from.u53();
    const nonce = from.u32();
    const utf8 = new TextDecoder();
    const clusterId = utf8.decode(from.sized());
    return { number, nonce, identity: { clusterId, nodeId: utf8.decode(from.sized()) } };
  } catch (error) {
    if (error instanceof MalformedBytesError) return null;
    throw error;
  }
}
