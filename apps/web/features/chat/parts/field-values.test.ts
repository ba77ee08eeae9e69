import { expect, test } from 'vitest';
import {
  FIELDS_SHOWN_MAX,
  fieldValues,
  RAW_SHOWN_MAX,
  rawOf,
  resultCount,
  VALUE_SHOWN_MAX,
  wordsOf,
} from './field-values.ts';

test('fields are texts as they are, and everything else as JSON', () => {
  expect(fieldValues({ to: 'bob', retries: 2, tags: ['a', 'b'], none: null })?.fields).toEqual([
    { key: 'to', text: 'bob', isCode: false },
    { key: 'retries', text: '2', isCode: true },
    { key: 'tags', text: '["a","b"]', isCode: true },
    { key: 'none', text: 'null', isCode: true },
  ]);
  expect(fieldValues('bob')).toBeNull();
  expect(fieldValues([1])).toBeNull();
  expect(fieldValues(undefined)).toBeNull();
});

test('at the limit every field and value is shown, and beyond it is said how many are not', () => {
  const many = (size: number) =>
    Object.fromEntries(Array.from({ length: size }, (_, at) => [`key${at}`, at]));
  expect(fieldValues(many(FIELDS_SHOWN_MAX))?.hidden).toBe(0);
  expect(fieldValues(many(FIELDS_SHOWN_MAX + 7))).toMatchObject({ hidden: 7 });
  const long = (size: number) => fieldValues({ text: 'x'.repeat(size) })?.fields[0]?.text;
  expect(long(VALUE_SHOWN_MAX)).toHaveLength(VALUE_SHOWN_MAX);
  expect(long(VALUE_SHOWN_MAX + 1)).toBe(`${'x'.repeat(VALUE_SHOWN_MAX)}…`);
});

test('the raw form is bounded', () => {
  expect(rawOf('x'.repeat(RAW_SHOWN_MAX - 2))).toHaveLength(RAW_SHOWN_MAX);
  expect(rawOf('x'.repeat(1024 * 1024))).toHaveLength(RAW_SHOWN_MAX + 1);
  expect(rawOf(undefined)).toBe('nothing');
});

test.each([
  ['sendMail', 'Send mail'],
  ['search_the-web', 'Search the web'],
  ['getURL', 'Get url'],
  ['x', 'X'],
  ['__', '__'],
])('%s is written as %s', (name, words) => expect(wordsOf(name)).toBe(words));

test.each([
  [[1, 2, 3], 3],
  [{ results: [1, 2] }, 2],
  [{ query: 'x', items: [] }, 0],
  [{ answer: 42 }, null],
  ['text', null],
  [undefined, null],
])('the result %j counts %j', (output, count) => expect(resultCount(output)).toBe(count));
