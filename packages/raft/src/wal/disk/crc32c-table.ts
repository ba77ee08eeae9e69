import type { Crc32c } from './crc32c.ts';

const POLYNOMIAL = 0x82f63b78;
const TABLE = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  TABLE[byte] = value;
}

/** The same in plain JavaScript, for the simulator and the browser. */
export const crc32cTable: Crc32c = (bytes, seed = 0) => {
  let crc = ~seed;
  for (let at = 0; at < bytes.length; at += 1) {
    crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
};
