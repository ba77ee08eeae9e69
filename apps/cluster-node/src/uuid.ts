import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;
/** Drawn for 256 ids at once: a draw costs as much as a whole message may (2 % of a node's time, one by one). */
const pool = new Uint8Array(256 * RANDOM_BYTES);
let taken = pool.length;

/** A UUIDv7: in the order of their milliseconds. */
export function newUuid(): string {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const random = pool.subarray(taken, taken + RANDOM_BYTES);
  taken += RANDOM_BYTES;
  return v7({ random });
}
