import { expect, test } from 'vitest';
import { PAUSE_MS_MIN, pauseAfter } from './answer-pace.ts';

test('a quick device shows an answer twenty times a second, a slow one less often, and none rests for long', () => {
  expect([0, 2, 3].map(pauseAfter)).toEqual([PAUSE_MS_MIN, PAUSE_MS_MIN, PAUSE_MS_MIN]);
  expect(pauseAfter(10)).toBe(160);
  expect(pauseAfter(10_000)).toBe(250);
});
