import { expect, test } from 'vitest';
import { AnswerStreamError, type StreamItem } from '../answer-stream.ts';
import { TextReader } from './text-reader.ts';

const TEXT = 'Grüße, 世界 🌍!';

function readAll(pieces: readonly Uint8Array[], contentType: string | null = 'text/plain') {
  const items: StreamItem[] = [];
  let error: string | null = null;
  try {
    const reader = new TextReader(contentType);
    for (const bytes of pieces) if (reader.broken === null) items.push(...reader.push(bytes));
    if (reader.broken === null) items.push(...reader.end());
    error = reader.broken?.message ?? null;
  } catch (thrown) {
    if (!(thrown instanceof AnswerStreamError)) throw thrown;
    error = thrown.message;
  }
  const chunks = items.map((item) => Object(item.type === 'value' ? item.value : {}));
  const text = chunks.map(({ delta }) => delta ?? '').join('');
  return {
    types: chunks.map(({ type }) => type),
    deltas: chunks.flatMap(({ delta }) => delta ?? []),
    text,
    error,
  };
}

const cut = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );

test.each([1, 2, 3, 5, 1_000])('whole characters come out of reads of %i bytes', (size) => {
  const read = readAll(cut(Buffer.from(TEXT), size));
  expect(read).toMatchObject({ text: TEXT, error: null });
  expect(read.deltas.every((delta) => delta !== '' && !delta.includes('\ufffd'))).toBe(true);
  expect(read.types.slice(0, 2)).toEqual(['start', 'text-start']);
  expect(read.types.slice(-2)).toEqual(['text-end', 'finish']);
});

test('an answer without a byte has no chunks: it is empty', () => {
  expect(readAll([])).toMatchObject({ types: [], error: null });
});

test.each([1, 4, 1_000])(
  'what is in front of a byte that is not UTF-8 stands, in reads of %i bytes',
  (size) => {
    const bytes = Buffer.concat([Buffer.from('Grüße'), Buffer.from([0xff]), Buffer.from('more')]);
    expect(readAll(cut(bytes, size))).toMatchObject({
      text: 'Grüße',
      error: expect.stringContaining('not UTF-8'),
    });
  },
);

test('half a character at the end is not UTF-8', () => {
  expect(readAll([Buffer.from('🌍').subarray(0, 3)]).error).toContain('not UTF-8');
});

test('of more bytes than an answer may have those in front are read', () => {
  const answer = (text: string) => {
    const reader = new TextReader('text/plain', 4);
    return {
      reader,
      items: [...reader.push(Buffer.from(text)), ...(reader.broken ? [] : reader.end())],
    };
  };
  expect(answer('abcd').reader.broken).toBeNull();
  const { reader, items } = answer('abcde');
  expect(items.at(-1)).toMatchObject({ value: { delta: 'abcd' } });
  expect(reader.broken?.message).toContain('larger than 4 bytes');
});

test.each(['text/html', 'application/json', 'image/png'])('%s is no text', (contentType) => {
  expect(readAll([Buffer.from('x')], contentType).error).toContain(contentType);
});

test.each([null, 'text/plain; charset=utf-8', 'text/markdown'])('%s is text', (contentType) => {
  expect(readAll([Buffer.from('x')], contentType).text).toBe('x');
});
