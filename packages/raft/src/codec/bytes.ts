/** Thrown by ByteReader on anything that isn't there or isn't allowed; callers turn it into a typed failure. */
export class MalformedBytesError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'MalformedBytesError';
  }
}

const TWO_32 = 4_294_967_296;

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
  position = 0;

  constructor(bytes: Uint8Array) {
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
