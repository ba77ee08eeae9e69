/** Thrown within a decoder on bytes that aren't there or aren't allowed; decoders turn it into an error value. */
export class MalformedFrameError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'MalformedFrameError';
  }
}

/** Bytes that a safe integer needs at most: 53 bits, seven to a byte. */
export const VARINT_BYTES_MAX = 8;

/**
 * Writes into one buffer of a size given beforehand. The caller states an upper bound, so that a frame is
 * allocated once and never copied; writing past the bound throws a RangeError (a defect of the caller).
 */
export class FrameWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;

  constructor(bytesMax: number) {
    this.bytes = new Uint8Array(bytesMax);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(value: number): void {
    this.#view.setUint8(this.position, value);
    this.position += 1;
  }

  u32At(position: number, value: number): void {
    this.#view.setUint32(position, value, true);
  }

  /** A safe integer that isn't negative. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  raw(value: Uint8Array): void {
    this.bytes.set(value, this.position);
    this.position += value.length;
  }

  /** What was written, as a view. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.position);
  }
}

/** Reads the same; never beyond the end, never a number above 2^53 - 1. Throws MalformedFrameError. */
export class FrameReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  u8(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw new MalformedFrameError('the frame ends too early');
    this.position += 1;
    return value;
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
          throw new MalformedFrameError('a number above 2^53 - 1');
        // One value, one encoding: a trailing zero group says nothing.
        if (byte === 0) throw new MalformedFrameError('a number with a leading zero');
        return value;
      }
      scale *= 0x80;
    }
    throw new MalformedFrameError('a number above 2^53 - 1');
  }

  /** A boolean in a byte: 0 or 1, nothing else. */
  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new MalformedFrameError(`${value} is not a boolean`);
    return value === 1;
  }

  /** A count of things of which each takes at least `bytesMin`: checked before anything is allocated. */
  count(bytesMin: number): number {
    const value = this.varint();
    if (value * bytesMin > this.remaining)
      throw new MalformedFrameError(`${value} elements can't fit`);
    return value;
  }

  /** Moves over `length` bytes and answers where they begin. */
  skip(length: number): number {
    if (length > this.remaining) throw new MalformedFrameError(`${length} bytes are not there`);
    const at = this.position;
    this.position = at + length;
    return at;
  }

  end(): void {
    if (this.remaining !== 0) throw new MalformedFrameError(`${this.remaining} bytes too many`);
  }
}

export function readU32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
