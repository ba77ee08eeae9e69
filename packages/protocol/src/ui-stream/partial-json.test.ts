import { parsePartialJson as theirs } from 'ai';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JSON_DEPTH_MAX } from '../limits.ts';
import { parsePartialJson } from './partial-json.ts';

const plainKey = fc.string({ unit: fc.constantFrom('a', 'b', 'ö', ' ', '1') });
/** Floats whose text has no exponent with a plus sign. */
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.boolean(),
  fc.constant(null),
);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('array'), tie('object')),
  array: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(plainKey, tie('value'), { maxKeys: 4 }),
}));

test('every beginning of a JSON text says what the AI SDK reads from it', async () => {
  await fc.assert(
    fc.asyncProperty(json, fc.boolean(), async (value, indented) => {
      const text = JSON.stringify(value, null, indented ? 1 : undefined);
      for (let length = 0; length <= text.length; length += 1) {
        const start = text.slice(0, length);
        expect({ start, value: parsePartialJson(start) }).toEqual({
          start,
          value: (await theirs(start)).value,
        });
      }
    }),
    { numRuns: 150 },
  );
});

test('what is no beginning of a JSON text says nothing, however deep or long it is', () => {
  for (const text of [
    '',
    'x',
    '{a',
    '{"a" 1',
    '[1 2',
    '[}',
    '{"a":]',
    'nil',
    '"\\x',
    '--',
    '[1.2.3,',
  ])
    expect({ text, value: parsePartialJson(text) }).toEqual({ text, value: undefined });
  expect(parsePartialJson('['.repeat(100_000))).toBeUndefined();
});

test('a megabyte of anything is read in linear time', () => {
  const size = 1024 * 1024;
  const texts = [
    `1${'-'.repeat(size)}1`,
    `1${'-'.repeat(size)}`,
    `[${'1e'.repeat(size / 2)}`,
    `[${'1,'.repeat(size / 2)}`,
    '-'.repeat(size),
    '"\\'.repeat(size / 2),
    `{"a":${' '.repeat(size)}`,
    `{${'"a":"\\u0041",'.repeat(size / 14)}`,
    '{"a":'.repeat(size / 5),
    'tru'.repeat(size / 3),
  ];
  const startedAt = performance.now();
  for (const text of texts) parsePartialJson(text);
  // Each of the quadratic readings took minutes.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('nesting reads as nothing beyond the limit of JSON values, whole or not', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  for (const depth of [1, JSON_DEPTH_MAX]) {
    expect(JSON.stringify(parsePartialJson(nested(depth)))).toBe(nested(depth));
    expect(JSON.stringify(parsePartialJson('['.repeat(depth)))).toBe(nested(depth));
  }
  expect(parsePartialJson(nested(JSON_DEPTH_MAX + 1))).toBeUndefined();
  expect(parsePartialJson(nested(1_000_000))).toBeUndefined();
  expect(parsePartialJson(`["${'['.repeat(1_000)}\\"[[`)).toEqual([`${'['.repeat(1_000)}"[[`]);
});
