const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * FNV-1a, 32 bits, of the UTF-8 form of `text`.
 *
 * Source: Fowler, Noll, Vo; the parameters and test vectors of draft-eastlake-fnv.
 */
export function fnv1a32(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return fnv1a32OfBytes(new TextEncoder().encode(text));
    hash = Math.imul(hash ^ unit, FNV_PRIME);
  }
  return hash >>> 0;
}

function fnv1a32OfBytes(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3 (public domain): every input bit reaches the low bits that the modulo keeps. */
function avalanche(input: number): number {
  let hash = input;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The group that holds a user's inbox and all of their sessions: 0 to groups - 1. Fixed for the life of a
 * cluster, so neither this function nor the number of groups may ever change.
 *
 * @param groups how many groups the cluster has, at least 1.
 */
export function groupOfUser(userId: string, groups: number): number {
  if (!Number.isInteger(groups) || groups < 1 || groups > 256)
    throw new RangeError(`groups must be an integer from 1 to 256, got ${groups}`);
  return avalanche(fnv1a32(userId)) % groups;
}
