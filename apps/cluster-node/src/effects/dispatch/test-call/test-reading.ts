import type { UiPart } from '@fleetlm/protocol/ui-stream';
import { errorText } from '../../error-text.ts';
import { RunningAnswer, seal } from '../attempt/running-answer.ts';
import { checkChunk } from '../attempt/valid-chunk.ts';
import { type AnswerReader, AnswerStreamError, type StreamItem } from '../call/answer-stream.ts';

/** Chunks that are reported one by one; the rest is read, and counted. */
export const TEST_CHUNKS_MAX = 500;
const CHUNK_LENGTH_MAX = 2_000;

/** One thing that the agent sent, and when. */
export interface TestedChunk {
  /** Since the call began, in milliseconds. */
  readonly atMs: number;
  /** As it came, cut. */
  readonly text: string;
  /** Why it is not valid; null: it is valid. */
  readonly error: string | null;
}

/** Reads an answer to a test call piece by piece, and says of each chunk whether it is one. */
export class TestReading {
  readonly chunks: TestedChunk[] = [];
  readonly #stream: AnswerReader;
  readonly #answer = new RunningAnswer('test');
  readonly #redacted: (text: string) => string;
  #count = 0;
  #firstTokenMs: number | null = null;
  #broken: AnswerStreamError | null = null;
  #firstError: string | null = null;

  constructor(stream: AnswerReader, redacted: (text: string) => string) {
    this.#stream = stream;
    this.#redacted = redacted;
  }

  get count(): number {
    return this.#count;
  }

  get firstTokenMs(): number | null {
    return this.#firstTokenMs;
  }

  /** What is wrong with the answer as a whole; null: nothing. */
  get problem(): string | null {
    if (this.#firstError !== null) return this.#firstError;
    const { end, errorText: text } = this.#answer.message;
    if (end === 'error') return `it reported an error: ${text}`;
    if (!this.#answer.hasContent) return 'it has no content';
    return end === null ? 'it broke off before its end' : null;
  }

  /** What was streamed, sealed, without secrets; null: nothing. */
  get parts(): readonly UiPart[] | null {
    if (!this.#answer.hasContent) return null;
    return seal(this.#answer.message.parts).map((part) =>
      JSON.parse(this.#redacted(JSON.stringify(part))),
    );
  }

  push(bytes: Uint8Array, atMs: number): void {
    this.#read(() => this.#stream.push(bytes), atMs);
  }

  end(atMs: number): void {
    this.#read(() => this.#stream.end(), atMs);
  }

  #read(read: () => readonly StreamItem[], atMs: number): void {
    if (this.#broken !== null) return;
    try {
      for (const item of read()) this.#take(item, atMs);
      if (this.#stream.broken !== null) throw this.#stream.broken;
    } catch (error) {
      if (!(error instanceof AnswerStreamError)) throw error;
      // Where one line is broken a node reads no further, and neither does a test.
      this.#broken = error;
      this.#report({ atMs, text: '', error: error.message });
    }
  }

  #take(item: StreamItem, atMs: number): void {
    if (item.type === 'done') {
      this.#report({ atMs, text: '[DONE]', error: null });
      return;
    }
    const checked = checkChunk(item.value);
    const taken = checked.ok ? this.#answer.take(checked.chunk) : null;
    if (this.#answer.hasContent) this.#firstTokenMs ??= atMs;
    const error = checked.ok ? (taken?.ok === false ? taken.protocolError : null) : checked.detail;
    this.#report({ atMs, text: JSON.stringify(item.value), error });
  }

  #report({ atMs, text, error }: TestedChunk): void {
    this.#count += 1;
    this.#firstError ??= error;
    if (this.chunks.length >= TEST_CHUNKS_MAX) return;
    this.chunks.push({
      atMs: Math.round(atMs * 10) / 10,
      text: this.#redacted(text).slice(0, CHUNK_LENGTH_MAX),
      error: error === null ? null : this.#redacted(errorText(error)),
    });
  }
}
