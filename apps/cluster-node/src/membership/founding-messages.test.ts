import { expect, test } from 'vitest';
import { decodeFounding, encodeFounding } from './founding-messages.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a message is decoded as it was encoded', () => {
  const message = { type: 'join-rejected', isFinal: true, detail: 'no' } as const;
  expect(decodeFounding(encodeFounding(message))).toEqual(message);
});

test('a type or a field that another version may have is not held against its node', () => {
  expect(decodeFounding(bytes('{"type":"later"}'))).toBe('other-version');
  expect(decodeFounding(bytes('{"type":"hello","more":1}'))).toBe('other-version');
});

test.each(['', '[', '[]', '{}', 'null', '{"type":5}', '['.repeat(100_000)])(
  'what no node sends is foreign: %.20s',
  (text) => {
    expect(decodeFounding(bytes(text))).toBe('foreign');
  },
);
