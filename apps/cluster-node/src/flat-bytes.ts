/**
 * Fields one after the other, without names: much of what a message costs on its way is the writing and reading of what says
 * it, so the one thing that is said for every message has this form. The whole is MessagePack of `[version, bytes]`, so
 * that a node of an earlier version reads the version and knows that it cannot read on.
 *
 * Within the bytes, numbers are little-endian. Text: its length in bytes and whether it is wider than ASCII as u16, then UTF-8.
 */

/** MessagePack: a list of two, of which the second is bytes with a length of two bytes. */
const LIST_OF_TWO = 0x92;
const BYTES = 0xc5;
const HEADER_BYTES = 5;

/** Longer values have no flat form. */
const FLAT_BYTES_MAX = 16 * 1024;
const IS_WIDE = 1;
/** Bytes of UTF-8 for one unit of a string's length, at most. */
const BYTES_PER_UNIT = 3;

/** `T`, when it has no other fields than `K`: one that it gains must get its place in the flat form, or it would be lost. */
export type OnlyWith<T, K extends PropertyKey> = [Exclude<keyof T, K>] extends [never] ? T : never;

/** Thrown by FlatReader: what was read is no flat form, or one of another version. */
export class FlatFormatError extends Error {
  /** Null: the bytes are what no version writes. */
  readonly version: number | null;

  constructor(detail: string, version: number | null = null) {
    super(detail);
    this.name = 'FlatFormatError';
    this.version = version;
  }
}

/** The rest may still be damaged, or of another version. */
export function isFlat(bytes: Uint8Array): boolean {
  return bytes[0] === LIST_OF_TWO && bytes[2] === BYTES && bytes.length >= HEADER_BYTES;
}

/** Whether a value with these texts, and `otherBytes` bytes beside them, has a flat form. */
export function fitsFlat(textLength: number, otherBytes: number): boolean {
  return textLength * BYTES_PER_UNIT + otherBytes <= FLAT_BYTES_MAX;
}

/** Used over and over, as nothing is kept in it: `take` gives out a copy. */
export class FlatWriter {
  /** Room for the numbers and lengths of any flat form beside what `fitsFlat` counts. */
  readonly #bytes = Buffer.allocUnsafeSlow(FLAT_BYTES_MAX + 256);
  #at = 0;

  /** `version`: from 1 to 127. */
  begin(version: number): this {
    this.#bytes[0] = LIST_OF_TWO;
    this.#bytes[1] = version;
    this.#bytes[2] = BYTES;
    this.#at = HEADER_BYTES;
    return this;
  }

  u8(value: number): this {
    this.#at = this.#bytes.writeUInt8(value, this.#at);
    return this;
  }

  u32(value: number): this {
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
    return this;
  }

  u48(value: number): this {
    this.#at = this.#bytes.writeUIntLE(value, this.#at, 6);
    return this;
  }

  text(value: string): this {
    const start = this.#at + 2;
    const length = this.#bytes.write(value, start, 'utf8');
    this.#bytes.writeUInt16LE((length << 1) | (length === value.length ? 0 : IS_WIDE), this.#at);
    this.#at = start + length;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  take(): Uint8Array {
    this.#bytes.writeUInt16BE(this.#at - HEADER_BYTES, HEADER_BYTES - 2);
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }
}

/** Reads the same, of bytes that are flat. Throws a FlatFormatError when something is missing, left, or not known. */
export class FlatReader {
  readonly #bytes: Buffer;
  #at = HEADER_BYTES;

  constructor(bytes: Uint8Array, version: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const its = this.#bytes.readUInt8(1);
    if (its !== version)
      throw new FlatFormatError(`it has version ${its}; this node knows ${version}`, its);
    const length = this.#bytes.readUInt16BE(HEADER_BYTES - 2);
    const { length: there } = this.#bytes;
    if (there !== HEADER_BYTES + length)
      throw new FlatFormatError(`${length} bytes in ${there - HEADER_BYTES}`);
  }

  #skip(count: number): number {
    const start = this.#at;
    this.#at = start + count;
    if (this.#at > this.#bytes.length)
      throw new FlatFormatError(`${count} bytes at ${start}, beyond the end`);
    return start;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#skip(1));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#skip(4));
  }

  u48(): number {
    return this.#bytes.readUIntLE(this.#skip(6), 6);
  }

  text(): string {
    const head = this.#bytes.readUInt16LE(this.#skip(2));
    const length = head >>> 1;
    const start = this.#skip(length);
    // Twice as fast as decoding UTF-8, and nearly all texts here are ids.
    const encoding = (head & IS_WIDE) === 0 ? 'latin1' : 'utf8';
    return this.#bytes.toString(encoding, start, start + length);
  }

  /** A view. */
  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** One of a closed list, by its place. */
  choice<T>(choices: readonly T[], of: string): T {
    const place = this.u8();
    const choice = choices[place];
    if (choice === undefined) throw new FlatFormatError(`${of} ${place} is not known`);
    return choice;
  }

  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest > 0) throw new FlatFormatError(`${rest} bytes too many`);
  }
}
