import type { Packr } from 'msgpackr';

/** Small results share a buffer of this size. */
const POOL_BYTES = 8 * 1024;

/**
 * As MessagePack, in bytes that may be kept for long. Packing gives out views of its buffer, which one large value makes
 * megabytes large: every small one after it would keep all of that alive.
 */
export function packApart(packr: Packr, value: unknown): Uint8Array {
  const packed = packr.pack(value);
  if (packed.buffer.byteLength <= POOL_BYTES) return packed;
  packr.useBuffer(Buffer.allocUnsafeSlow(POOL_BYTES));
  return Buffer.from(packed);
}
