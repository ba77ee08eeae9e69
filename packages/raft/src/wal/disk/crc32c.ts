import { crc32c as nativeCrc32c } from '@node-rs/crc32';

/** CRC32C (Castagnoli) of `bytes`, continuing from `seed`; an unsigned 32-bit integer. */
export type Crc32c = (bytes: Uint8Array, seed?: number) => number;

/** The native implementation. `crc32cTable` gives the same without a native module. */
export const crc32c: Crc32c = (bytes, seed = 0) => nativeCrc32c(bytes, seed);
