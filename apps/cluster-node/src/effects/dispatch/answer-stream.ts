import { createParser, type EventSourceParser } from 'eventsource-parser';

/** The agent's stream can't be read any further; what came before is valid. */
export class AnswerStreamError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'AnswerStreamError';
  }
}

export const LINE_LENGTH_MAX = 1024 * 1024;
/** Of one whole answer as it comes over the wire; what it is assembled to has to fit one entry of the log. */
export const STREAM_BYTES_MAX = 8 * 1024 * 1024;
export const CHUNKS_MAX = 100_000;

/** What the stream said: a JSON value, or that it is done. */
export type StreamItem =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'done' };

/**
 * Reads an agent's answer: server-sent events or newline-delimited JSON, told apart by the content type and
 * then by the first byte. Bytes in, items out; throws AnswerStreamError.
 */
export class AnswerStream {
  /** The beginning of a character whose end has not come. */
  #undecoded: Uint8Array = new Uint8Array(0);
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #format: 'sse' | 'ndjson' | null;
  #events: EventSourceParser;
  #items: StreamItem[] = [];
  /** The pieces of the line that has no end yet. */
  #line: string[] = [];
  #lineLength = 0;
  #bytes = 0;
  #count = 0;

  constructor(contentType: string | null) {
    this.#format = formatOf(contentType);
    this.#events = createParser({
      onEvent: ({ data }) => this.#take(data),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') throw tooLong();
      },
      maxBufferSize: LINE_LENGTH_MAX,
    });
  }

  push(bytes: Uint8Array): readonly StreamItem[] {
    this.#bytes += bytes.length;
    if (this.#bytes > STREAM_BYTES_MAX)
      throw new AnswerStreamError(`the answer is larger than ${STREAM_BYTES_MAX} bytes`);
    return this.#feed(this.#decode(bytes, true));
  }

  /** The stream ended: a last line without its newline counts. */
  end(): readonly StreamItem[] {
    const rest = this.#feed(this.#decode(new Uint8Array(0), false));
    if (this.#format === 'sse') {
      this.#events.feed('\n\n');
      return [...rest, ...this.#drain()];
    }
    this.#endLine('');
    return [...rest, ...this.#drain()];
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      const text = this.#decoder.decode(bytes, { stream });
      this.#undecoded = unfinishedCharacter(bytes, this.#undecoded);
      return text;
    } catch {
      this.#broken = new AnswerStreamError('the answer is not UTF-8');
      return validLines(Buffer.concat([this.#undecoded, bytes]));
    }
  }

  #feed(text: string): readonly StreamItem[] {
    this.#format ??= firstByteFormat(text);
    if (this.#format === null) return [];
    if (this.#format === 'sse') {
      this.#events.feed(text);
    } else this.#feedLines(text);
    return this.#drain();
  }

  #feedLines(text: string): void {
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#endLine(line);
    // Kept in pieces: a line that comes byte by byte must not be copied with each of them.
    this.#line.push(rest);
    this.#lineLength += rest.length;
    if (this.#lineLength > LINE_LENGTH_MAX) throw tooLong();
  }

  #endLine(last: string): void {
    const line = this.#line.length === 0 ? last : this.#line.join('') + last;
    this.#line = [];
    this.#lineLength = 0;
    if (line.trim() !== '') this.#take(line);
  }

  #take(text: string): void {
    if (text.length > LINE_LENGTH_MAX) throw tooLong();
    this.#count += 1;
    if (this.#count > CHUNKS_MAX)
      throw new AnswerStreamError(`the answer has more than ${CHUNKS_MAX} chunks`);
    if (text.trim() === '[DONE]') {
      this.#items.push({ type: 'done' });
      return;
    }
    try {
      this.#items.push({ type: 'value', value: JSON.parse(text) });
    } catch {
      this.#broken = new AnswerStreamError(`not JSON: ${text.slice(0, 80)}`);
    }
  }

  /** Set when a line is broken: what came before it in the same bytes is still given out first. */
  #broken: AnswerStreamError | null = null;

  #drain(): readonly StreamItem[] {
    const items = this.#items;
    this.#items = [];
    if (this.#broken !== null && items.length === 0) throw this.#broken;
    return items;
  }

  /** A broken line that was met after valid ones. */
  get broken(): AnswerStreamError | null {
    return this.#broken;
  }
}

/** What the decoder keeps back of these bytes, at most three. */
function unfinishedCharacter(bytes: Uint8Array, before: Uint8Array): Uint8Array {
  const all = bytes.length >= 3 ? bytes : Buffer.concat([before, bytes]);
  for (let back = 1; back <= Math.min(3, all.length); back += 1) {
    const byte = all[all.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? all.slice(all.length - back) : new Uint8Array(0);
  }
  return new Uint8Array(0);
}

/** The whole lines in front of the first one that is not UTF-8. */
function validLines(bytes: Buffer): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start) + 1;
    if (end === 0) break;
    try {
      text += decoder.decode(bytes.subarray(start, end));
    } catch {
      // The line that is broken: nothing of it, or behind it, counts.
      break;
    }
    start = end;
  }
  return text;
}

function tooLong(): AnswerStreamError {
  return new AnswerStreamError(`a line is longer than ${LINE_LENGTH_MAX} characters`);
}

function formatOf(contentType: string | null): 'sse' | 'ndjson' | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'sse';
  if (
    [
      'application/x-ndjson',
      'application/ndjson',
      'application/jsonl',
      'application/jsonlines',
    ].includes(type)
  )
    return 'ndjson';
  return null;
}

function firstByteFormat(text: string): 'sse' | 'ndjson' | null {
  const first = text.trimStart()[0];
  if (first === undefined) return null;
  return first === '{' ? 'ndjson' : 'sse';
}
