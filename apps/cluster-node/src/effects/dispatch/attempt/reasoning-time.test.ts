import { expect, test } from 'vitest';
import { ReasoningTime } from './reasoning-time.ts';

test('the time of all reasoning of an answer is added up, and nothing else is counted', () => {
  const time = new ReasoningTime();
  time.take('start', 0);
  expect(time.spent(10)).toEqual({});
  time.take('reasoning-start', 100);
  time.take('reasoning-delta', 300);
  expect(time.spent(400)).toEqual({ reasoningMs: 300 });
  time.take('reasoning-end', 500);
  time.take('text-delta', 900);
  expect(time.spent(5_000)).toEqual({ reasoningMs: 400 });
  time.take('reasoning-start', 1_000);
  time.take('text-start', 1_050);
  expect(time.spent(5_000)).toEqual({ reasoningMs: 450 });
});

test('reasoning that is broken off counts up to its end', () => {
  const time = new ReasoningTime();
  time.take('reasoning-delta', 100);
  expect(time.spent(350)).toEqual({ reasoningMs: 250 });
});
