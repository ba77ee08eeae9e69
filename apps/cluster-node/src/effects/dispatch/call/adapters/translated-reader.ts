import * as z from 'zod';
import type { Chunk } from '../../dispatch-api.ts';
import {
  type AnswerReader,
  AnswerStream,
  AnswerStreamError,
  CHUNKS_MAX,
  type StreamItem,
} from '../answer-stream.ts';

const QUOTE_LENGTH_MAX = 120;
const DETAIL_LENGTH_MAX = 200;
/** Issues that an error names. */
const ISSUES_MAX = 3;

export type TakenEvent =
  | { readonly ok: true; readonly chunks: readonly Chunk[] }
  /** What is wrong with the event; the chunks are those of what was in front of it. */
  | { readonly ok: false; readonly chunks: readonly Chunk[]; readonly detail: string };

/** The events of one answer as chunks. */
export interface EventTranslation {
  /** The last chunk was given out: nothing behind it is read. */
  readonly isEnded: boolean;
  take(event: unknown): TakenEvent;
  /** The stream is done, or `isClosed`: its connection has ended without saying so. */
  end(isClosed: boolean): readonly Chunk[];
}

/** Reads a stream of JSON events of another protocol as UI message chunks. Bytes are read, and bounded, as those of any stream. */
export class TranslatedReader implements AnswerReader {
  readonly #stream: AnswerStream;
  readonly #translation: EventTranslation;
  readonly #chunksMax: number;
  #count = 0;
  #broken: AnswerStreamError | null = null;

  constructor(
    contentType: string | null,
    translation: EventTranslation,
    chunksMax: number = CHUNKS_MAX,
  ) {
    this.#translation = translation;
    this.#chunksMax = chunksMax;
    // Half characters are left as they are: the next delta may bring the other half.
    this.#stream = new AnswerStream(contentType, (value) => value);
  }

  get broken(): AnswerStreamError | null {
    return this.#broken ?? this.#stream.broken;
  }

  push(bytes: Uint8Array): readonly StreamItem[] {
    return this.#given(this.#translated(this.#stream.push(bytes)));
  }

  end(): readonly StreamItem[] {
    const items = this.#translated(this.#stream.end());
    if (this.broken === null) items.push(...this.#taken('closed'));
    return this.#given(items);
  }

  #given(items: readonly StreamItem[]): readonly StreamItem[] {
    if (this.#broken !== null && items.length === 0) throw this.#broken;
    return items;
  }

  #translated(items: readonly StreamItem[]): StreamItem[] {
    return items.flatMap((item) => this.#taken(item.type === 'done' ? 'done' : item));
  }

  #taken(item: 'done' | 'closed' | Extract<StreamItem, { type: 'value' }>): readonly StreamItem[] {
    if (this.#broken !== null || this.#translation.isEnded) return [];
    const isEnd = item === 'done' || item === 'closed';
    const chunks = isEnd ? this.#translation.end(item === 'closed') : this.#event(item.value);
    this.#count += chunks.length;
    if (this.#count > this.#chunksMax) {
      this.#break(`the answer has more than ${this.#chunksMax} chunks`);
      return [];
    }
    const items = chunks.map((value): StreamItem => ({ type: 'value', value }));
    // A stream that ends without any content is an empty answer, whatever its end says.
    return this.#translation.isEnded && items.length === 0 ? [{ type: 'done' }] : items;
  }

  #event(value: unknown): readonly Chunk[] {
    const taken = this.#translation.take(value);
    if (!taken.ok) this.#break(taken.detail);
    return taken.chunks;
  }

  #break(detail: string): void {
    this.#broken ??= new AnswerStreamError(detail);
  }
}

/** What is wrong with a value that is no event of the protocol. */
export function wrongEvent(
  value: unknown,
  what: string,
  issues: readonly z.core.$ZodIssue[],
): string {
  const first = new z.ZodError(issues.slice(0, ISSUES_MAX));
  const detail = z.prettifyError(first).replaceAll('\n', ' ').slice(0, DETAIL_LENGTH_MAX);
  return `${quoted(value)}: it is no ${what}: ${detail}`;
}

export function quoted(value: unknown): string {
  return JSON.stringify(value)?.slice(0, QUOTE_LENGTH_MAX) ?? '';
}
