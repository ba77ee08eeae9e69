import { expect, test } from 'vitest';
import type { AppendOperation } from '../history/operations.ts';
import { faultGaps } from './gaps.ts';
import type { FaultWindow } from './run-record.ts';

const window = (startMs: number, healedMs: number): FaultWindow => ({
  number: 1,
  kind: 'kill-one',
  target: 'n1',
  startMs,
  healedMs,
  effective: true,
  proof: '',
  broken: null,
});

const append = (session: number, callMs: number, returnMs: number): AppendOperation => ({
  session,
  contentDigest: 0,
  callMs,
  returnMs,
  outcome: Number.isFinite(returnMs) ? 'ok' : 'unknown',
  seq: Number.isFinite(returnMs) ? 1 : 0,
});

test('a gap begins with the oldest unanswered send, not with the last acknowledgement', () => {
  const [gap] = faultGaps(1, [append(0, 0, 5), append(0, 900, 1500)], [window(1000, 1400)]);
  expect(gap?.sessions[0]).toEqual({ longestMs: 600, recoveredMs: 100 });
});

test('another acknowledgement ends a gap, also while older sends still wait', () => {
  const appends = [append(0, 100, 2000), append(0, 200, 700)];
  const [gap] = faultGaps(1, appends, [window(100, 600)]);
  expect(gap?.sessions[0]?.longestMs).toBe(1300);
  expect(gap?.sessions[0]?.recoveredMs).toBe(100);
});

test('the cluster is as good as its best session, the worst session counts alone', () => {
  const appends = [
    append(0, 100, 3000),
    ...[1, 2, 3].map((at) => append(1, at * 500, at * 500 + 10)),
  ];
  const [gap] = faultGaps(2, appends, [window(100, 2000)]);
  expect(gap?.longestMs).toBe(2900);
  expect(gap?.clusterMs).toBeLessThan(1600);
});

test('a session that says nothing has no gap, and nothing to recover', () => {
  const [gap] = faultGaps(2, [append(0, 100, 110)], [window(50, 200)]);
  expect(gap?.sessions[1]).toEqual({ longestMs: 0, recoveredMs: null });
});

test('who sends after the fault and is never answered never recovers', () => {
  const never = append(0, 300, Number.POSITIVE_INFINITY);
  const [gap] = faultGaps(1, [never], [window(50, 200)]);
  expect(gap?.sessions[0]?.recoveredMs).toBe(Number.POSITIVE_INFINITY);
});

test('recovery counts from the end of the last of overlapping faults', () => {
  const faults = [window(100, 500), window(400, 5000), window(9000, 9100)];
  const [first, , last] = faultGaps(1, [append(0, 450, 5600), append(0, 9050, 9300)], faults);
  expect(first?.sessions[0]?.recoveredMs).toBe(600);
  expect(last?.sessions[0]?.recoveredMs).toBe(200);
});
