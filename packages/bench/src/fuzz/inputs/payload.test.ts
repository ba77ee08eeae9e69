import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { treeOf, treePayload } from './json-tree.ts';
import { bytesOf, join, PAYLOAD_BYTES_MAX, payloadBytes, payloadSchema } from './payload.ts';

describe('payloads', () => {
  test('fill in the variables of a run and leave other braces alone', () => {
    const text = '{{user}} {{unknown}} {{{{';
    expect(payloadBytes(text, { user: 'alice' }).toString()).toBe('alice {{unknown}} {{{{');
  });

  test('describe large and broken bytes in a few words', () => {
    const payload = { concat: ['a', { repeat: bytesOf(0xff, 0x00), times: 3 }] };
    expect([...payloadBytes(payload)]).toEqual([97, 255, 0, 255, 0, 255, 0]);
    expect(payloadSchema.parse(JSON.parse(JSON.stringify(payload)))).toEqual(payload);
    expect(gunzipSync(payloadBytes({ gzip: { repeat: '{', times: 100_000 } }))).toHaveLength(
      100_000,
    );
  });

  test('are refused beyond the limit of bytes', () => {
    expect(() => payloadBytes({ repeat: 'xy', times: PAYLOAD_BYTES_MAX })).toThrow(RangeError);
    expect(() =>
      payloadBytes({ concat: [{ repeat: 'x', times: PAYLOAD_BYTES_MAX }, 'x'] }),
    ).toThrow(RangeError);
  });

  test('join neighbouring texts', () => {
    expect(join(['a', 'b'])).toBe('ab');
    expect(join(['a', bytesOf(1), 'b', 'c'])).toEqual({ concat: ['a', bytesOf(1), 'bc'] });
  });
});

test('a tree of a JSON value is that value', () => {
  const value = { a: [1, 'zwei', { b: null }], '': true, __proto__x: {} };
  expect(JSON.parse(payloadBytes(treePayload(treeOf(value))).toString())).toEqual(value);
});
