/** Little-endian fields inside a byte log, written by hand: a DataView would be one more object a session. */

export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

export function readU16(bytes: Uint8Array, offset: number): number {
  return byteAt(bytes, offset) | (byteAt(bytes, offset + 1) << 8);
}

export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}

export function readU32(bytes: Uint8Array, offset: number): number {
  return (
    (byteAt(bytes, offset) |
      (byteAt(bytes, offset + 1) << 8) |
      (byteAt(bytes, offset + 2) << 16) |
      (byteAt(bytes, offset + 3) << 24)) >>>
    0
  );
}

/** Six bytes: milliseconds until the year 10889. */
export function writeU48(bytes: Uint8Array, offset: number, value: number): void {
  writeU32(bytes, offset, value >>> 0);
  writeU16(bytes, offset + 4, Math.floor(value / 0x1_0000_0000));
}

export function readU48(bytes: Uint8Array, offset: number): number {
  return readU32(bytes, offset) + readU16(bytes, offset + 4) * 0x1_0000_0000;
}

/** Reading beyond the end is a fault of the caller's, never a zero. */
export function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new RangeError(`no byte at ${offset} of ${bytes.length}`);
  return byte;
}

/**
 * A text as two bytes (its length, and in the lowest bit whether it is wide) and one byte a code unit, or two when
 * a unit needs them. Not UTF-8: every JavaScript string comes back as it was.
 */
export function textBytes(text: string): number {
  return 2 + (isWide(text) ? text.length * 2 : text.length);
}

export function writeText(bytes: Uint8Array, offset: number, text: string): number {
  const wide = isWide(text);
  writeU16(bytes, offset, (text.length << 1) | (wide ? 1 : 0));
  let at = offset + 2;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes[at] = unit;
    at += 1;
    if (wide) {
      bytes[at] = unit >>> 8;
      at += 1;
    }
  }
  return at;
}

/** Where the text that begins at `offset` ends. */
export function textEnd(bytes: Uint8Array, offset: number): number {
  const header = readU16(bytes, offset);
  const length = header >>> 1;
  return offset + 2 + ((header & 1) === 1 ? length * 2 : length);
}

export function readText(bytes: Uint8Array, offset: number): string {
  const wide = (readU16(bytes, offset) & 1) === 1;
  const end = textEnd(bytes, offset);
  const units: number[] = [];
  for (let at = offset + 2; at < end; at += wide ? 2 : 1)
    units.push(wide ? readU16(bytes, at) : byteAt(bytes, at));
  return textOf(units);
}

/** Arguments of one call. */
const UNITS_PER_CALL = 1_024;

/** One string: added up unit by unit, it would leave ten times its size to the collector. */
export function textOf(units: readonly number[]): string {
  if (units.length <= UNITS_PER_CALL) return String.fromCharCode(...units);
  let text = '';
  for (let at = 0; at < units.length; at += UNITS_PER_CALL)
    text += String.fromCharCode(...units.slice(at, at + UNITS_PER_CALL));
  return text;
}

/** Units of the text that begins at `offset`. */
export function textLength(bytes: Uint8Array, offset: number): number {
  return readU16(bytes, offset) >>> 1;
}

export function textEquals(bytes: Uint8Array, offset: number, text: string): boolean {
  const header = readU16(bytes, offset);
  if (header >>> 1 !== text.length) return false;
  const wide = (header & 1) === 1;
  let at = offset + 2;
  for (let index = 0; index < text.length; index += 1) {
    const unit = wide ? readU16(bytes, at) : byteAt(bytes, at);
    if (unit !== text.charCodeAt(index)) return false;
    at += wide ? 2 : 1;
  }
  return true;
}

function isWide(text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) > 0xff) return true;
  return false;
}
