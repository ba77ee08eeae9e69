import { JSON_DEPTH_MAX } from '@fleetlm/protocol';
import { isNestedTooDeep } from '@fleetlm/protocol/ui-stream';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { wellFormedValue } from '../attempt/whole-characters.ts';
import { unfinishedLength } from './unfinished-character.ts';

/** The agent's stream can't be read any further; what came before is valid. */
export class AnswerStreamError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'AnswerStreamError';
  }
}

/** A line of an agent's response, in characters: one chunk as JSON. */
export const LINE_LENGTH_MAX = 1024 * 1024;
/**
 * Of one whole answer as it comes over the wire, where a letter may have a hundred bytes of its own; what it is assembled to is
 * bounded by REPLY_BYTES_MAX.
 */
export const STREAM_BYTES_MAX = 32 * 1024 * 1024;
/** Chunks of one answer: providers are known to stream a tool's input letter by letter. */
export const CHUNKS_MAX = 250_000;
/** What an event has beside its data: the names of its fields, their line ends, an id and a type. */
const EVENT_OVERHEAD_LENGTH_MAX = 1_024;
/** Characters that an error quotes of a line that is no JSON. */
const QUOTE_LENGTH_MAX = 80;
const TOO_LONG = `a line is longer than ${LINE_LENGTH_MAX} characters`;
/** Neither character occurs inside a line of JSON, so each of the two ends one. */
const LINE_END = /[\r\n]/;

/** Reads the bytes of an answer. What it gives out is valid whatever follows. */
export interface AnswerReader {
  /** Why the answer can't be read any further; to be looked at behind the items. */
  readonly broken: AnswerStreamError | null;
  /** Throws what the answer broke at when nothing valid was in front of it. */
  push(bytes: Uint8Array): readonly StreamItem[];
  /** The answer ended. Throws as `push` does. */
  end(): readonly StreamItem[];
}

/** One item of the stream: a JSON value, or that it is done. */
export type StreamItem =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'done' };

type Clean = (value: unknown, json: string) => unknown;

/**
 * Reads an agent's answer: server-sent events or newline-delimited JSON, distinguished by the content type and
 * then by the first byte. Bytes in, items out. At the first thing that can't be read it breaks: the items in front of it
 * are given out, and nothing behind it is, however the bytes were cut.
 */
export class AnswerStream implements AnswerReader {
  /** The beginning of a character whose end has not come. */
  #undecoded: Uint8Array = new Uint8Array(0);
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #clean: Clean;
  #format: 'sse' | 'ndjson' | null;
  readonly #events: EventSourceParser;
  #items: StreamItem[] = [];
  /** The pieces of the line that has no end yet. */
  #line: string[] = [];
  #lineLength = 0;
  #bytes = 0;
  #count = 0;
  #broken: AnswerStreamError | null = null;

  /** `clean` replaces half characters in values, whose JSON it is given. */
  constructor(contentType: string | null, clean: Clean = wellFormedValue) {
    this.#clean = clean;
    this.#format = formatOf(contentType);
    this.#events = createParser({
      onEvent: ({ data }) => this.#take(data),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#break(TOO_LONG);
      },
      // The data alone is measured in `take`, as a line of JSON is.
      maxBufferSize: LINE_LENGTH_MAX + EVENT_OVERHEAD_LENGTH_MAX,
    });
  }

  /** Why the stream can't be read any further; to be looked at behind the items. */
  get broken(): AnswerStreamError | null {
    return this.#broken;
  }

  /** Throws what the stream broke at when nothing valid was in front of it. */
  push(bytes: Uint8Array): readonly StreamItem[] {
    const room = STREAM_BYTES_MAX - this.#bytes;
    this.#bytes += bytes.length;
    this.#read(bytes.length > room ? bytes.subarray(0, room) : bytes, true);
    if (bytes.length > room) this.#break(`the answer is larger than ${STREAM_BYTES_MAX} bytes`);
    return this.#drain();
  }

  /** The stream ended: a last line without its newline counts. Throws as `push` does. */
  end(): readonly StreamItem[] {
    this.#read(new Uint8Array(0), false);
    if (this.#format !== 'sse') this.#endLine('');
    else if (this.#broken === null) this.#events.feed('\n\n');
    return this.#drain();
  }

  #read(bytes: Uint8Array, stream: boolean): void {
    if (this.#broken !== null) return;
    let text: string;
    let isUtf8 = true;
    try {
      text = this.#decoder.decode(bytes, { stream });
      this.#undecoded = unfinishedCharacter(bytes, this.#undecoded);
    } catch {
      isUtf8 = false;
      text = validLines(Buffer.concat([this.#undecoded, bytes]));
    }
    this.#feed(text);
    if (!isUtf8) this.#break('the answer is not UTF-8');
  }

  #feed(text: string): void {
    this.#format ??= firstByteFormat(text);
    if (this.#format === 'sse') this.#events.feed(text);
    else if (this.#format === 'ndjson') this.#feedLines(text);
  }

  #feedLines(text: string): void {
    const lines = text.split(LINE_END);
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#endLine(line);
    // Kept in pieces: a line that comes byte by byte must not be copied with each of them.
    this.#line.push(rest);
    this.#lineLength += rest.length;
    if (this.#lineLength > LINE_LENGTH_MAX) this.#break(TOO_LONG);
  }

  #endLine(last: string): void {
    const line = this.#line.length === 0 ? last : this.#line.join('') + last;
    this.#line = [];
    this.#lineLength = 0;
    if (line.trim() !== '') this.#take(line);
  }

  #take(text: string): void {
    if (this.#broken !== null) return;
    this.#count += 1;
    if (text.length > LINE_LENGTH_MAX) this.#break(TOO_LONG);
    else if (this.#count > CHUNKS_MAX) this.#break(`the answer has more than ${CHUNKS_MAX} chunks`);
    else if (text.trim() === '[DONE]') this.#items.push({ type: 'done' });
    else if (isNestedTooDeep(text)) this.#break(`a chunk is nested deeper than ${JSON_DEPTH_MAX}`);
    else this.#parse(text);
  }

  #parse(text: string): void {
    try {
      this.#items.push({ type: 'value', value: this.#clean(JSON.parse(text), text) });
    } catch {
      this.#break(`not JSON: ${text.slice(0, QUOTE_LENGTH_MAX)}`);
    }
  }

  #break(detail: string): void {
    this.#broken ??= new AnswerStreamError(detail);
  }

  #drain(): readonly StreamItem[] {
    const items = this.#items;
    this.#items = [];
    if (this.#broken !== null && items.length === 0) throw this.#broken;
    return items;
  }
}

/** What the decoder keeps back of these bytes, at most three. */
function unfinishedCharacter(bytes: Uint8Array, before: Uint8Array): Uint8Array {
  const all = bytes.length >= 3 ? bytes : Buffer.concat([before, bytes]);
  return all.slice(all.length - unfinishedLength(all));
}

/** The whole lines in front of the first one that is not UTF-8. */
function validLines(bytes: Buffer): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    const end = lineEnd(bytes, start);
    if (end === null) break;
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

/** Behind the next line feed or carriage return; null: there is none. */
function lineEnd(bytes: Buffer, start: number): number | null {
  for (let at = start; at < bytes.length; at += 1)
    if (bytes[at] === 0x0a || bytes[at] === 0x0d) return at + 1;
  return null;
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
