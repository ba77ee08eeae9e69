const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID (github.com/ulid/spec): 48 bits of time, 80 random bits, Crockford's base 32. Sorts by time of making. */
export function ulid(nowMs: number = Date.now()): string {
  let time = '';
  let rest = nowMs;
  for (let digit = 0; digit < 10; digit += 1) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(16)))
    random += ALPHABET.charAt(byte % 32);
  return time + random;
}
