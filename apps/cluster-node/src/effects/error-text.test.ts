import { ERROR_TEXT_LENGTH_MAX } from '@fleetlm/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorText, isErrorText } from './error-text.ts';

test.each([-1, 0, 1])(
  'a text of the limit %+d characters fits, and says when it was cut',
  (more) => {
    const text = errorText('x'.repeat(ERROR_TEXT_LENGTH_MAX + more));
    expect(text).toHaveLength(Math.min(ERROR_TEXT_LENGTH_MAX, ERROR_TEXT_LENGTH_MAX + more));
    expect(text.endsWith('…')).toBe(more > 0);
  },
);

test('a cut does not leave half a character', () => {
  expect(errorText(`${'x'.repeat(ERROR_TEXT_LENGTH_MAX - 2)}👋👋`).isWellFormed()).toBe(true);
  expect(errorText('a\ud800b\0c')).toBe('a\ufffdb\ufffdc');
});

test('whatever is thrown has a text', () => {
  const broken = new Error('x');
  Object.defineProperty(broken, 'message', {
    get: () => {
      throw new Error('no');
    },
  });
  expect(errorText(broken)).toBe('an error that can not be read');
  expect(errorText(Object.create(null))).toBe('an error that can not be read');
  expect(errorText(new AggregateError([new Error('first'), new Error('second')]))).toBe('first');
  expect(errorText(new AggregateError([]))).toBe('AggregateError');
  expect(errorText(new TypeError(''))).toBe('TypeError');
  fc.assert(
    fc.property(fc.anything(), (thrown) => isErrorText(errorText(thrown))),
    { seed: 11, numRuns: 500 },
  );
});
