/** Thrown by ByteReader on anything that isn't there or isn't allowed; callers turn it into a typed failure. */
export class MalformedBytesError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'MalformedBytesError';
  }
}

const TWO_32 = 4_294_967_296;

/** Bytes that a safe integer needs at most as a varint: 53 bits, seven to a byte. */
export const VARINT_BYTES_MAX = 8;

/** Writes little-endian numbers into a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #reserve(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.length = needed;
    return at;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  /** A safe integer, in 8 bytes. */
  u53(value: number): void {
    const at = this.#reserve(8);
    this.#view.setUint32(at, value >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(value / TWO_32), true);
  }

  /** A safe integer that isn't negative, seven bits to a byte. */
  varint(value: number): void {
    let at = this.#reserve(VARINT_BYTES_MAX);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[at] = (rest % 0x80) | 0x80;
      at += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[at] = rest;
    this.length = at + 1;
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  /** Leaves room for what is patched in later. */
  skip(count: number): void {
    this.#reserve(count);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  sized(value: Uint8Array): void {
    this.u32(value.length);
    this.bytes(value);
  }

  /** Zeros up to a multiple of `alignment`. */
  align(alignment: number): void {
    const rest = this.length % alignment;
    if (rest === 0) return;
    const at = this.#reserve(alignment - rest);
    this.#bytes.fill(0, at, this.length);
  }

  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** What was written; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }
}

/** Reads the same; never beyond the end, never a number above 2^53 - 1. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.position = position;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.position;
  }

  #take(count: number): number {
    const at = this.position;
    if (count > this.#bytes.length - at)
      throw new MalformedBytesError(`${count} bytes at ${at}, beyond the end`);
    this.position = at + count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u53(): number {
    const at = this.#take(8);
    const high = this.#view.getUint32(at + 4, true);
    if (high >= 0x20_0000) throw new MalformedBytesError(`a number above 2^53 - 1 at ${at}`);
    return high * TWO_32 + this.#view.getUint32(at, true);
  }

  varint(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let count = 1; count < VARINT_BYTES_MAX; count += 1) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER)
          throw new MalformedBytesError('a number above 2^53 - 1');
        // One value, one encoding: a trailing zero group says nothing.
        if (byte === 0) throw new MalformedBytesError('a number with a leading zero');
        return value;
      }
      scale *= 0x80;
    }
    throw new MalformedBytesError('a number above 2^53 - 1');
  }

  /** A boolean in a byte: 0 or 1, nothing else. */
  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new MalformedBytesError(`${value} is not a boolean`);
    return value === 1;
  }

  /** A count of things of which each takes at least `bytesMin`: checked before anything is allocated. */
  count(bytesMin: number): number {
    const value = this.varint();
    if (value * bytesMin > this.remaining)
      throw new MalformedBytesError(`${value} elements can't fit`);
    return value;
  }

  /** Moves over `length` bytes and answers where they begin. */
  skip(length: number): number {
    return this.#take(length);
  }

  /** A copy of what was read since `start`. */
  copySince(start: number): Uint8Array {
    return this.#bytes.slice(start, this.position);
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  sized(): Uint8Array {
    return this.bytes(this.u32());
  }

  end(): void {
    if (this.remaining !== 0) throw new MalformedBytesError(`${this.remaining} bytes too many`);
  }
}

export function readU32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
