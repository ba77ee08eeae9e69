import { readU32 } from './byte-fields.ts';

/** Somewhere outside memory that this process alone uses. Reading what was freed is a fault of the caller's. */
export interface SpillStore {
  /** Answers with what to read and free it by; null: there is no room, keep it. */
  write(bytes: Uint8Array): number | null;
  /** Throws when it can't be read, or is not what was written. */
  read(handle: number): Uint8Array;
  free(handle: number): void;
}

interface Segment {
  readonly handle: number;
  readonly store: SpillStore;
  /** Of each message, oldest first. */
  readonly lengths: Uint32Array;
}

/** One record of a spilled message: where it is in bytes that were just read. */
export interface SpilledRecord {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** The oldest messages of a tail, as far as they were moved out of memory. */
export class SpilledFront {
  readonly #segments: Segment[] = [];
  /** Messages of the first segment that are gone. */
  #skipped = 0;
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Of the messages that are left. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of the first message. */
  get firstLength(): number {
    return this.#segments[0]?.lengths[this.#skipped] ?? 0;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
    this.#count += segment.lengths.length;
    this.#bytes += segment.lengths.reduce((sum, length) => sum + length, 0);
  }

  /** Forgets the first message; there is one. */
  dropFirst(): void {
    const [first] = this.#segments;
    if (first === undefined) throw new RangeError('there is no message to be dropped');
    this.#bytes -= this.firstLength;
    this.#count -= 1;
    this.#skipped += 1;
    if (this.#skipped < first.lengths.length) return;
    this.#skipped = 0;
    first.store.free(first.handle);
    this.#segments.shift();
  }

  /** Forgets all messages. */
  clear(): void {
    for (const { store, handle } of this.#segments.splice(0)) store.free(handle);
    this.#skipped = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  /** Those from `fromSeq` on, when the first one here is `firstSeq`. Segments are read one at a time. */
  *records(firstSeq: number, fromSeq: number): Generator<SpilledRecord> {
    let seq = firstSeq - this.#skipped;
    for (const { store, handle, lengths } of this.#segments) {
      if (seq + lengths.length <= fromSeq) {
        seq += lengths.length;
        continue;
      }
      const bytes = store.read(handle);
      for (let offset = 0; offset < bytes.length; offset += readU32(bytes, offset)) {
        if (seq >= Math.max(fromSeq, firstSeq)) yield { seq, bytes, offset };
        seq += 1;
      }
    }
  }

  /** All bytes that are left, segment by segment. */
  views(): readonly Uint8Array[] {
    return this.#segments.map(({ store, handle }, index) => {
      const bytes = store.read(handle);
      let offset = 0;
      for (let gone = index === 0 ? this.#skipped : 0; gone > 0; gone -= 1)
        offset += readU32(bytes, offset);
      return bytes.subarray(offset);
    });
  }
}
