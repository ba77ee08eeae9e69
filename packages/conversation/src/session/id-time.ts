import { byteAt } from './byte-fields.ts';

const ULID_LENGTH = 26;
const ULID_TIME_DIGITS = 10;
const UUID_LENGTH = 36;
/** Crockford's base 32: no I, L, O and U. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The milliseconds since 1970 that a ULID or a UUIDv7 was made at; null: the id is neither. */
export function idTimeMs(id: string): number | null {
  if (id.length === ULID_LENGTH) return ulidTimeMs(id.toUpperCase());
  return id.length === UUID_LENGTH ? uuidTimeMs(id) : null;
}

/** Whether an id of so many units can be one that says when it was made. */
export function mayHaveTime(length: number): boolean {
  return length === ULID_LENGTH || length === UUID_LENGTH;
}

function ulidTimeMs(id: string): number | null {
  // 130 bits would not be 128: the first digit has three.
  if (id.charAt(0) > '7') return null;
  let timeMs = 0;
  for (let place = 0; place < ULID_LENGTH; place += 1) {
    const digit = CROCKFORD.indexOf(id.charAt(place));
    if (digit < 0) return null;
    if (place < ULID_TIME_DIGITS) timeMs = timeMs * 32 + digit;
  }
  return timeMs;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

function uuidTimeMs(id: string): number | null {
  return UUID_V7.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;
}

/** As `idTimeMs`, of a UUID as 16 bytes. */
export function packedTimeMs(bytes: Uint8Array, offset: number): number | null {
  const isVersion7 = byteAt(bytes, offset + 6) >>> 4 === 7 && byteAt(bytes, offset + 8) >>> 6 === 2;
  if (!isVersion7) return null;
  let timeMs = 0;
  for (let at = offset; at < offset + 6; at += 1) timeMs = timeMs * 256 + byteAt(bytes, at);
  return timeMs;
}
