import { type ByteWriter, MalformedBytesError, readU32 } from '../codec/bytes.ts';

/** CRC32C of bytes, an unsigned 32-bit integer. */
export type Checksum = (bytes: Uint8Array) => number;

/** What a frame between two hosts is: kind (1), CRC32C of the rest (4), then what the kind says. */
export const FRAME_KIND = { messages: 1, snapshotChunk: 2, snapshotAnswer: 3 } as const;
export const FRAME_HEADER_BYTES = 5;

/** What bytes decode to, or why they do not. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

/** Puts the checksum in and answers the frame. */
export function seal(out: ByteWriter, crc32c: Checksum): Uint8Array {
  const frame = out.view();
  out.patchU32(1, crc32c(frame.subarray(FRAME_HEADER_BYTES)));
  return frame;
}

/** Kind of a frame whose checksum holds; null: damaged, or no frame of ours. */
export function openFrame(frame: Uint8Array, crc32c: Checksum): number | null {
  const kind = frame[0];
  if (kind === undefined || frame.length < FRAME_HEADER_BYTES) return null;
  return readU32(frame, 1) === crc32c(frame.subarray(FRAME_HEADER_BYTES)) ? kind : null;
}

/** Runs a decoder; what it finds malformed becomes a value, every other error is a defect and goes on. */
export function decoding<T>(decode: () => T): Decoded<T> {
  try {
    return { ok: true, value: decode() };
  } catch (error) {
    if (error instanceof MalformedBytesError) return { ok: false, error: error.message };
    throw error;
  }
}
