import {
  byteAt,
  readText,
  textBytes,
  textEnd,
  textEquals,
  textOf,
  writeText,
} from './byte-fields.ts';

/** Bytes of an id that is a canonical UUID; any other id is kept as text. */
const PACKED_BYTES = 16;

/** Whether the id is a UUID in its canonical form (lower case, hyphens), which packs into 16 bytes. */
export function isPackable(id: string): boolean {
  if (id.length !== 36) return false;
  for (let index = 0; index < 36; index += 1) {
    const unit = id.charCodeAt(index);
    const isHyphen = index === 8 || index === 13 || index === 18 || index === 23;
    if (isHyphen ? unit !== HYPHEN : hexDigit(unit) < 0) return false;
  }
  return true;
}

export function idBytes(id: string, packed: boolean): number {
  return packed ? PACKED_BYTES : textBytes(id);
}

/** Writes the id and answers where it ends. */
export function writeId(bytes: Uint8Array, offset: number, id: string, packed: boolean): number {
  if (!packed) return writeText(bytes, offset, id);
  let at = offset;
  for (let index = 0; index < 36; index += 2) {
    if (id.charCodeAt(index) === HYPHEN) index += 1;
    bytes[at] = (hexDigit(id.charCodeAt(index)) << 4) | hexDigit(id.charCodeAt(index + 1));
    at += 1;
  }
  return at;
}

export function idEnd(bytes: Uint8Array, offset: number, packed: boolean): number {
  return packed ? offset + PACKED_BYTES : textEnd(bytes, offset);
}

export function readId(bytes: Uint8Array, offset: number, packed: boolean): string {
  if (!packed) return readText(bytes, offset);
  const units: number[] = [];
  for (let index = 0; index < PACKED_BYTES; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) units.push(HYPHEN);
    const byte = byteAt(bytes, offset + index);
    units.push(hexUnit(byte >>> 4), hexUnit(byte & 0xf));
  }
  return textOf(units);
}

export function idEquals(bytes: Uint8Array, offset: number, id: string, packed: boolean): boolean {
  return packed ? readId(bytes, offset, true) === id : textEquals(bytes, offset, id);
}

const HYPHEN = 0x2d;

function hexUnit(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

/** -1: no lower-case hexadecimal digit. */
function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (unit >= 0x61 && unit <= 0x66) return unit - 0x57;
  return -1;
}
