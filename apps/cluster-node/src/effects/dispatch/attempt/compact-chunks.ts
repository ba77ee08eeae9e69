import type { Chunk } from '../dispatch-api.ts';
import { DELTAS } from './whole-characters.ts';

/** Fields of a delta that can be merged: its type, whose it is, and what it says. */
const PLAIN_FIELDS = 3;

/**
 * The chunks of an answer for a reader that joins late: neighbours that continue the same text are one. Assembling them gives
 * the same message as assembling all.
 */
export class CompactChunks {
  readonly #chunks: Chunk[] = [];
  #nextIndex: number;

  /** `nextIndex`: of the first chunk to be added, among all of its answer. */
  constructor(chunks: Iterable<Chunk> = [], nextIndex = 0) {
    for (const chunk of chunks) this.#push(chunk);
    this.#nextIndex = nextIndex;
  }

  /** A list of its own. */
  get chunks(): readonly Chunk[] {
    return [...this.#chunks];
  }

  get length(): number {
    return this.#chunks.length;
  }

  /** Index of the next chunk that is not in here. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** True: it was merged into the one before it. */
  add(chunk: Chunk): boolean {
    this.#nextIndex += 1;
    return this.#push(chunk);
  }

  #push(chunk: Chunk): boolean {
    const last = this.#chunks.at(-1);
    const merged = last === undefined ? null : mergedDelta(last, chunk);
    if (merged === null) this.#chunks.push(chunk);
    else this.#chunks[this.#chunks.length - 1] = merged;
    return merged !== null;
  }
}

/** What a delta says; null: it is none. */
export function deltaText(chunk: Chunk): string | null {
  const field = Object.hasOwn(DELTAS, chunk.type) ? DELTAS[chunk.type]?.text : undefined;
  const text = field === undefined ? null : chunk[field];
  return typeof text === 'string' ? text : null;
}

/** Null: the two don't continue one text. */
export function mergedDelta(first: Chunk, second: Chunk): Chunk | null {
  const fields = Object.hasOwn(DELTAS, first.type) ? DELTAS[first.type] : undefined;
  if (fields === undefined || second.type !== first.type) return null;
  if (first[fields.of] !== second[fields.of]) return null;
  const before = first[fields.text];
  const after = second[fields.text];
  if (typeof before !== 'string' || typeof after !== 'string') return null;
  const isPlain = (chunk: Chunk): boolean => Object.keys(chunk).length === PLAIN_FIELDS;
  if (!isPlain(first) || !isPlain(second)) return null;
  return { ...first, [fields.text]: before + after };
}
