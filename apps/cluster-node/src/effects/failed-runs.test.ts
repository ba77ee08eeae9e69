import { expect, test } from 'vitest';
import { FAILED_RUNS_KEPT_MS, FAILED_RUNS_MAX, FailedRuns } from './failed-runs.ts';

const SESSION = '07-01J00000000000000000000000';
const OTHER = '08-01J00000000000000000000000';
const all = (): boolean => true;

test('keeps FAILED_RUNS_MAX failures and counts those that it forgets', () => {
  const runs = new FailedRuns(() => 1);
  for (let epoch = 1; epoch <= FAILED_RUNS_MAX; epoch += 1) runs.record(SESSION, epoch, 'x');
  expect([runs.size, runs.dropped]).toEqual([FAILED_RUNS_MAX, 0]);
  runs.record(SESSION, FAILED_RUNS_MAX + 1, 'x');
  expect([runs.size, runs.dropped]).toEqual([FAILED_RUNS_MAX, 1]);
  expect(runs.pending(all)[0]?.epoch).toBe(2);
});

test('names what is to be written, until it is', () => {
  const runs = new FailedRuns(() => 7);
  runs.record(SESSION, 1, 'refused');
  runs.record(SESSION, 1, 'refused');
  runs.record(OTHER, 1, 'refused');
  const mine = runs.pending((sessionId) => sessionId === SESSION);
  expect(mine).toEqual([{ sessionId: SESSION, epoch: 1, error: 'refused', atMs: 7 }]);
  runs.written(mine);
  expect(runs.pending(all).map(({ sessionId }) => sessionId)).toEqual([OTHER]);
});

test('forgets what another replica has written long ago', () => {
  let nowMs = 0;
  const runs = new FailedRuns(() => nowMs);
  runs.record(SESSION, 1, 'x');
  nowMs = FAILED_RUNS_KEPT_MS;
  expect(runs.pending(all)).toHaveLength(1);
  nowMs += 1;
  expect(runs.pending(all)).toEqual([]);
  expect(runs.size).toBe(0);
});
