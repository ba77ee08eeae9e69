import { expect, test } from 'vitest';
import type { LiveChunk } from '../dispatch/dispatch-api.ts';
import { ANSWER_BYTES_MAX, ANSWERS_BYTES_MAX, LiveAnswers } from './live-answers.ts';

function bed() {
  const delivered: number[] = [];
  const lost: string[] = [];
  const answers = new LiveAnswers({
    dispatchOf: () => null,
    fetch: async () => null,
    checkpoint: () => null,
    deliver: ({ index }) => delivered.push(index),
    lost: (sessionId) => lost.push(sessionId),
    monotonicMs: () => 0,
  });
  return { answers, delivered, lost };
}

const chunk = (index: number, sessionId = 'session'): LiveChunk => ({
  sessionId,
  epoch: 1,
  attempt: 1,
  index,
  chunk: { type: 'text-delta', id: '1', delta: 'x' },
});

test('early chunks count until the missing one has come, and each of them once', () => {
  const { answers, delivered, lost } = bed();
  answers.accept(chunk(1), 10);
  answers.accept(chunk(2), 20);
  answers.accept(chunk(2), 20);
  expect(answers.bytes).toBe(30);
  answers.accept(chunk(0), 5);
  expect([answers.bytes, delivered, lost]).toEqual([35, [0, 1, 2], []]);
  answers.forget(() => true);
  expect(answers.bytes).toBe(0);
});

test('early chunks of one answer are lost beyond its budget, and are not counted then', () => {
  const { answers, lost } = bed();
  answers.accept(chunk(1), ANSWER_BYTES_MAX);
  expect(lost).toEqual([]);
  answers.accept(chunk(2), 1);
  expect([answers.bytes, answers.size, lost]).toEqual([0, 0, ['session']]);
});

test('what was delivered already gives way to early chunks', async () => {
  const { answers, delivered, lost } = bed();
  answers.accept(chunk(0), ANSWER_BYTES_MAX);
  answers.accept(chunk(2), 10);
  expect([answers.bytes, lost]).toEqual([10, []]);
  answers.accept(chunk(1), 1);
  expect([answers.bytes, delivered]).toEqual([0, [0, 1, 2]]);
});

test('early chunks of all answers together stay within the budget of all answers', () => {
  const { answers, lost } = bed();
  for (let n = 0; n < ANSWERS_BYTES_MAX / ANSWER_BYTES_MAX; n += 1)
    answers.accept(chunk(1, `${n}`), ANSWER_BYTES_MAX);
  expect([answers.bytes, lost]).toEqual([ANSWERS_BYTES_MAX, []]);
  answers.accept(chunk(1, 'further'), 1);
  expect([answers.bytes, lost]).toEqual([ANSWERS_BYTES_MAX, ['further']]);
});
