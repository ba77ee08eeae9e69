import * as z from 'zod';
import { errorText } from '../../../error-text.ts';
import type { Chunk } from '../../dispatch-api.ts';
import {
  type AnswerReader,
  AnswerStream,
  AnswerStreamError,
  CHUNKS_MAX,
  type StreamItem,
} from '../answer-stream.ts';
import { CompletionChunks } from './openai-chat-chunks.ts';
import { completionEventSchema, errorEventSchema } from './openai-chat-events.ts';

const QUOTE_LENGTH_MAX = 120;
const DETAIL_LENGTH_MAX = 200;
/** Issues that an error names. */
const ISSUES_MAX = 3;

/** Reads a stream of `chat.completion.chunk` events as UI message chunks. Bytes are read, and bounded, as those of any stream. */
export class OpenAiChatReader implements AnswerReader {
  readonly #stream: AnswerStream;
  readonly #chunks = new CompletionChunks();
  readonly #chunksMax: number;
  #count = 0;
  #broken: AnswerStreamError | null = null;

  constructor(contentType: string | null, chunksMax = CHUNKS_MAX) {
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
    // Some servers end the connection instead of sending [DONE].
    if (this.broken === null && this.#chunks.isFinished) items.push(...this.#taken('done'));
    return this.#given(items);
  }

  #given(items: readonly StreamItem[]): readonly StreamItem[] {
    if (this.#broken !== null && items.length === 0) throw this.#broken;
    return items;
  }

  #translated(items: readonly StreamItem[]): StreamItem[] {
    return items.flatMap((item) => this.#taken(item.type === 'done' ? 'done' : item));
  }

  #taken(item: 'done' | Extract<StreamItem, { type: 'value' }>): readonly StreamItem[] {
    if (this.#broken !== null || this.#chunks.isEnded) return [];
    const chunks = item === 'done' ? this.#chunks.end() : this.#event(item.value);
    this.#count += chunks.length;
    if (this.#count > this.#chunksMax) {
      this.#break(`the answer has more than ${this.#chunksMax} chunks`);
      return [];
    }
    const items = chunks.map((value): StreamItem => ({ type: 'value', value }));
    // A stream that ends without any content is an empty answer, whatever its end says.
    return item === 'done' && items.length === 0 ? [{ type: 'done' }] : items;
  }

  #event(value: unknown): readonly Chunk[] {
    const error = errorEventSchema.safeParse(value);
    if (error.success) return this.#chunks.fail(errorText(error.data));
    const event = completionEventSchema.safeParse(value);
    if (!event.success) {
      const first = new z.ZodError(event.error.issues.slice(0, ISSUES_MAX));
      const detail = z.prettifyError(first).replaceAll('\n', ' ').slice(0, DETAIL_LENGTH_MAX);
      const quote = JSON.stringify(value)?.slice(0, QUOTE_LENGTH_MAX);
      this.#break(`${quote}: it is no chat.completion.chunk: ${detail}`);
      return [];
    }
    const taken = this.#chunks.take(event.data);
    if (!taken.ok) this.#break(taken.detail);
    return taken.chunks;
  }

  #break(detail: string): void {
    this.#broken ??= new AnswerStreamError(detail);
  }
}
