import type { Chunk } from '../../dispatch-api.ts';
import {
  type AnswerReader,
  AnswerStreamError,
  CHUNKS_MAX,
  STREAM_BYTES_MAX,
  type StreamItem,
} from '../answer-stream.ts';
import { unfinishedLength } from '../unfinished-character.ts';
import { mediaType } from './agent-adapter.ts';

const TEXT_ID = 'text';
const NOT_UTF8 = 'the answer is not UTF-8';

/** Reads an answer that is its own text: what one read brings, in whole characters, is one delta. */
export class TextReader implements AnswerReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The beginning of a character whose end has not come. */
  #undecoded: Buffer = Buffer.alloc(0);
  readonly #bytesMax: number;
  #bytes = 0;
  #deltas = 0;
  #broken: AnswerStreamError | null = null;

  constructor(contentType: string | null, bytesMax = STREAM_BYTES_MAX) {
    this.#bytesMax = bytesMax;
    const type = mediaType(contentType);
    // A page of a proxy or a JSON error with status 200 is no answer.
    if (type !== null && (!type.startsWith('text/') || type === 'text/html'))
      throw new AnswerStreamError(`its content type is ${type.slice(0, 80)} and not text/plain`);
  }

  get broken(): AnswerStreamError | null {
    return this.#broken;
  }

  push(bytes: Uint8Array): readonly StreamItem[] {
    if (this.#broken !== null) throw this.#broken;
    const room = Math.max(0, this.#bytesMax - this.#bytes);
    this.#bytes += bytes.length;
    const items = this.#delta(this.#decoded(bytes.subarray(0, room)));
    if (bytes.length > room) this.#break(`the answer is larger than ${this.#bytesMax} bytes`);
    return this.#given(items);
  }

  end(): readonly StreamItem[] {
    if (this.#broken !== null) throw this.#broken;
    if (this.#undecoded.length > 0) this.#break(NOT_UTF8);
    if (this.#broken !== null || this.#deltas === 0) return this.#given([]);
    return [
      item({ type: 'text-end', id: TEXT_ID }),
      item({ type: 'finish', finishReason: 'stop' }),
    ];
  }

  #given(items: readonly StreamItem[]): readonly StreamItem[] {
    if (this.#broken !== null && items.length === 0) throw this.#broken;
    return items;
  }

  #delta(text: string): readonly StreamItem[] {
    if (text === '') return [];
    this.#deltas += 1;
    if (this.#deltas > CHUNKS_MAX) {
      this.#break(`the answer has more than ${CHUNKS_MAX} chunks`);
      return [];
    }
    const delta = item({ type: 'text-delta', id: TEXT_ID, delta: text });
    return this.#deltas > 1
      ? [delta]
      : [item({ type: 'start' }), item({ type: 'text-start', id: TEXT_ID }), delta];
  }

  /** The characters in front of the first byte that is not UTF-8, which breaks the answer. */
  #decoded(bytes: Uint8Array): string {
    const all = Buffer.concat([this.#undecoded, bytes]);
    const whole = all.length - unfinishedLength(all);
    const head = all.subarray(0, whole);
    this.#undecoded = all.subarray(whole);
    try {
      return this.#decoder.decode(head);
    } catch {
      this.#break(NOT_UTF8);
      this.#undecoded = Buffer.alloc(0);
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        head.subarray(0, validLength(head)),
      );
    }
  }

  #break(detail: string): void {
    this.#broken ??= new AnswerStreamError(detail);
  }
}

/** How many bytes in front are whole characters; by halving, once in the life of an answer. */
function validLength(bytes: Buffer): number {
  let valid = 0;
  let wrong = bytes.length;
  while (wrong - valid > 1) {
    const middle = Math.floor((valid + wrong) / 2);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      valid = middle;
    } catch {
      wrong = middle;
    }
  }
  return valid - unfinishedLength(bytes.subarray(0, valid));
}

function item(value: Chunk): StreamItem {
  return { type: 'value', value };
}
