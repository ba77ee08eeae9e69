import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AnswerStream,
  AnswerStreamError,
  LINE_LENGTH_MAX,
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
])('without a telling content type the first byte decides: %j is %s', (text) => {
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
