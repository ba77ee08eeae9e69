const CAPACITY_MIN = 256;
/** Dead bytes at the front are given back once they are this many and outnumber the live ones. */
const DEAD_BYTES_MIN = 2048;

/** Bytes of memory that the logs which count in it take. */
export interface ByteMeter {
  bytes: number;
}

/**
 * Bytes that are added at the end and dropped from the front. Keeps message bodies outside the object heap: one
 * buffer a session instead of several objects a message.
 *
 * Invariant: bytes before `end` are never written again within the same buffer, so a view handed out earlier
 * stays what it was, whatever is added or dropped later.
 */
export class ByteLog {
  #bytes: Uint8Array;
  #start = 0;
  #end = 0;
  #meter: ByteMeter | null = null;

  constructor(bytes: Uint8Array = EMPTY) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** From now on its buffer counts in `meter`, and in no other; null: in none. */
  countIn(meter: ByteMeter | null): void {
    if (this.#meter !== null) this.#meter.bytes -= this.#bytes.length;
    this.#meter = meter;
    if (meter !== null) meter.bytes += this.#bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Makes room for `length` bytes at the end and answers where they begin; the caller fills all of them now. */
  reserve(length: number): number {
    if (this.#end + length > this.#bytes.length) {
      const live = this.#end - this.#start;
      this.#moveTo(Math.max(CAPACITY_MIN, live + length, live + (live >> 1)));
    }
    const offset = this.#end;
    this.#end += length;
    return offset;
  }

  /** Drops the first `length` bytes. */
  drop(length: number): void {
    this.#start += length;
    const live = this.#end - this.#start;
    if (this.#start >= DEAD_BYTES_MIN && this.#start > live) this.#moveTo(live);
  }

  /** The live bytes, not copied. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  #moveTo(capacity: number): void {
    const bytes = capacity === 0 ? EMPTY : new Uint8Array(capacity);
    bytes.set(this.view());
    if (this.#meter !== null) this.#meter.bytes += capacity - this.#bytes.length;
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
  }
}

const EMPTY = new Uint8Array(0);
