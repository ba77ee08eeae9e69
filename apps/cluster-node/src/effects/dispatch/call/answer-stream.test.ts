import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AnswerStream,
  AnswerStreamError,
  CHUNKS_MAX,
  LINE_LENGTH_MAX,
  STREAM_BYTES_MAX,
  type StreamItem,
} from './answer-stream.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function readAll(contentType: string | null, pieces: readonly Uint8Array[]): readonly StreamItem[] {
  const stream = new AnswerStream(contentType);
  const items: StreamItem[] = [];
  for (const piece of pieces) items.push(...stream.push(piece));
  return [...items, ...stream.end()];
}

const values = (items: readonly StreamItem[]): readonly unknown[] =>
  items.map((item) => (item.type === 'value' ? item.value : 'DONE'));

const chunk = { type: 'text-delta', id: '1', delta: 'grüße 👋' };

test('server-sent events, with comments and other fields, up to [DONE]', () => {
  const text = `: hello\n\nevent: x\nid: 7\ndata: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
  expect(values(readAll('text/event-stream', [bytes(text)]))).toEqual([chunk, 'DONE']);
});

test('lines of JSON; a last line without its newline counts', () => {
  const text = `${JSON.stringify(chunk)}\r\n\n${JSON.stringify({ type: 'finish' })}`;
  expect(values(readAll('application/x-ndjson', [bytes(text)]))).toEqual([
    chunk,
    { type: 'finish' },
  ]);
});

test.each([
  ['data: {"type":"start"}\n\n', 'an event stream'],
  ['{"type":"start"}\n', 'lines of JSON'],
  ['\ufeff{"type":"start"}\n', 'lines of JSON behind a byte order mark'],
])('without a known content type the first byte decides: %j is %s', (text) => {
  expect(values(readAll('text/plain', [bytes(text)]))).toEqual([{ type: 'start' }]);
});

test('however the bytes are cut, the same comes out', () => {
  const events = [chunk, { type: 'text-delta', id: '1', delta: '\u2028\n"' }, { type: 'finish' }];
  const sse = bytes(
    `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`,
  );
  const ndjson = bytes(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const seed = Date.now() % 1_000_000;
  const property = fc.property(fc.array(fc.nat(200)), fc.boolean(), (cuts, asLines) => {
    const whole = asLines ? ndjson : sse;
    const at = [0, ...cuts.map((cut) => cut % whole.length).sort((a, b) => a - b), whole.length];
    const pieces = at.slice(1).map((end, index) => whole.subarray(at[index] ?? 0, end));
    expect(values(readAll(null, pieces))).toEqual(asLines ? events : [...events, 'DONE']);
  });
  fc.assert(property, { seed, verbose: 1 });
});

test('what came before a broken line is kept', () => {
  const stream = new AnswerStream('application/x-ndjson');
  expect(values(stream.push(bytes('{"type":"start"}\n{"type":\n')))).toEqual([{ type: 'start' }]);
  expect(stream.broken).toBeInstanceOf(AnswerStreamError);
});

test('a line without an end is refused before it fills the memory', () => {
  const stream = new AnswerStream('application/x-ndjson');
  const piece = bytes('x'.repeat(LINE_LENGTH_MAX / 2));
  stream.push(piece);
  expect(() => {
    stream.push(piece);
    stream.push(piece);
  }).toThrow(AnswerStreamError);
});

test('bytes that are no UTF-8 are refused', () => {
  const stream = new AnswerStream('application/x-ndjson');
  expect(() => stream.push(new Uint8Array([0x7b, 0xff, 0xfe]))).toThrow('UTF-8');
});

test('the whole lines in front of bytes that are no UTF-8 are kept, however they are cut', () => {
  const line = bytes(`${JSON.stringify(chunk)}\n`);
  const broken = Buffer.concat([line, line, Buffer.from([0x7b, 0xff]), line]);
  for (let cut = 0; cut <= broken.length; cut += 1) {
    const stream = new AnswerStream('application/x-ndjson');
    const items: StreamItem[] = [];
    for (const piece of [broken.subarray(0, cut), broken.subarray(cut)]) {
      if (stream.broken !== null) continue;
      try {
        items.push(...stream.push(piece));
      } catch (error) {
        expect(error).toBeInstanceOf(AnswerStreamError);
      }
    }
    expect(values(items), `cut at ${cut}`).toEqual([chunk, chunk]);
    expect(stream.broken?.message).toContain('UTF-8');
  }
});

/** Items of a whole stream, cut into two reads at `cut`, and what it broke at. */
function readUntilBroken(
  contentType: string | null,
  whole: Uint8Array,
  cut: number,
): { readonly values: readonly unknown[]; readonly broken: string | null } {
  const stream = new AnswerStream(contentType);
  const items: StreamItem[] = [];
  for (const read of [
    () => stream.push(whole.subarray(0, cut)),
    () => stream.push(whole.subarray(cut)),
    () => stream.end(),
  ]) {
    try {
      items.push(...read());
    } catch (error) {
      if (!(error instanceof AnswerStreamError)) throw error;
    }
  }
  return { values: values(items), broken: stream.broken?.message ?? null };
}

const VALID = { type: 'text-delta', id: '1', delta: 'kept' };
const LATER = { type: 'finish' };
const BROKEN_LINES: readonly (readonly [name: string, line: Uint8Array, error: string])[] = [
  ['no JSON', bytes('{"type":'), 'not JSON'],
  ['an oversize line', bytes(`{"a":"${'x'.repeat(LINE_LENGTH_MAX)}"}`), 'longer than'],
  ['nesting beyond the limit', bytes(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`), 'nested deeper'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'UTF-8'],
];
const FRAMINGS: readonly (readonly [name: string, type: string, prefix: string, end: string])[] = [
  ['events', 'text/event-stream', 'data: ', '\n\n'],
  ['events with CRLF', 'text/event-stream', 'data: ', '\r\n\r\n'],
  ['events with CR', 'text/event-stream', 'data: ', '\r\r'],
  ['lines', 'application/x-ndjson', '', '\n'],
  ['lines with CRLF', 'application/x-ndjson', '', '\r\n'],
  ['lines with CR', 'application/x-ndjson', '', '\r'],
];

describe.each(FRAMINGS)('%s', (_, type, prefix, end) => {
  const line = (content: string | Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(prefix), Buffer.from(content), Buffer.from(end)]);

  test.each(BROKEN_LINES)(
    '%s: what is in front of it is kept, nothing behind it',
    (_name, broken, error) => {
      const [valid, later] = [line(JSON.stringify(VALID)), line(JSON.stringify(LATER))];
      const whole = Buffer.concat([
        Buffer.from('\ufeff'),
        valid,
        valid,
        line(broken),
        later,
        later,
      ]);
      const cuts = whole.length > 10_000 ? [0, 100, whole.length] : whole.keys();
      for (const cut of cuts) {
        const read = readUntilBroken(type, whole, cut);
        expect(read.values, `cut at ${cut}`).toEqual([VALID, VALID]);
        expect(read.broken).toContain(error);
      }
    },
  );

  test('whole, it is read alike', () => {
    const whole = Buffer.concat([VALID, LATER].map((chunk) => line(JSON.stringify(chunk))));
    for (const cut of whole.keys())
      expect(readUntilBroken(type, whole, cut)).toEqual({ values: [VALID, LATER], broken: null });
  });
});

test('an answer over the limit of its bytes is read up to the limit', () => {
  const text = `${JSON.stringify({ type: 'text-delta', id: '1', delta: 'x'.repeat(500_000) })}\n`;
  const stream = new AnswerStream('application/x-ndjson');
  const items = stream.push(bytes(text.repeat(80)));
  expect(items).toHaveLength(Math.floor(STREAM_BYTES_MAX / text.length));
  expect(stream.broken?.message).toContain(String(STREAM_BYTES_MAX));
});

test('an answer of more chunks than the limit is read up to the limit', () => {
  const stream = new AnswerStream('application/x-ndjson');
  expect(stream.push(bytes('1\n'.repeat(CHUNKS_MAX + 1)))).toHaveLength(CHUNKS_MAX);
  expect(stream.broken?.message).toContain(String(CHUNKS_MAX));
});
