import { expect, test } from 'vitest';
import { AttemptStats, sumOf } from './attempt-stats.ts';
import { recordOf } from './delivery-attempt.ts';
import { DurationHistogram } from './duration-histogram.ts';
import { failed, report, retried } from './testing/reports.ts';

const START = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
/** An attempt that ends its turn, if it is of that kind. */
function add(recorder: AttemptStats, one: ReturnType<typeof report>, atMs: number): void {
  const record = recordOf(one, 'n1', false);
  recorder.attempted(record, atMs);
  recorder.ended(record, atMs);
}

test.each([1, 7, 42, 999, 30_000, 3_600_000])(
  'a percentile of %i ms is right within 5 %%',
  (ms) => {
    const histogram = new DurationHistogram();
    for (let count = 0; count < 100; count += 1) histogram.add(ms);
    expect(Math.abs((histogram.percentile(0.5) ?? 0) / ms - 1)).toBeLessThan(0.0501);
  },
);

test('percentiles are of all that was measured, here and elsewhere', () => {
  const [here, there] = [new DurationHistogram(), new DurationHistogram()];
  for (let count = 0; count < 90; count += 1) here.add(100);
  for (let count = 0; count < 10; count += 1) there.add(5_000);
  here.merge(there.counts);
  expect(here.percentile(0.5)).toBeLessThan(106);
  expect(here.percentile(0.95)).toBeGreaterThan(4_700);
  expect(new DurationHistogram().percentile(0.5)).toBeNull();
});

test('turns are counted when they end, failed attempts each', () => {
  const recorder = new AttemptStats(START);
  for (const one of [report(), retried(), failed(), report({ outcome: 'dropped' })])
    add(recorder, one, START + MINUTE);
  const { windows, sinceMs } = recorder.of('bot', START + MINUTE);
  expect(sinceMs).toBe(START);
  for (const window of Object.values(windows))
    expect(window).toMatchObject({ delivered: 1, brokenOff: 0, failed: 1, failedAttempts: 2 });
  expect(recorder.of('other', START).windows.last_24_h).toMatchObject({ delivered: 0, total: [] });
});

test('what is older than the window is not in it', () => {
  const recorder = new AttemptStats(START);
  add(recorder, report(), START);
  const deliveredAt = (atMs: number): readonly number[] => {
    const { last_15_min, last_24_h } = recorder.of('bot', atMs).windows;
    return [last_15_min.delivered, last_24_h.delivered];
  };
  expect(deliveredAt(START + 14 * MINUTE)).toEqual([1, 1]);
  expect(deliveredAt(START + 15 * MINUTE)).toEqual([0, 1]);
  expect(deliveredAt(START + 24 * 60 * MINUTE)).toEqual([0, 0]);
});

test('memory is bounded: a day of calls has as many slots as a day has hours, and agents are forgotten', () => {
  const recorder = new AttemptStats(START, 2);
  for (let minute = 0; minute < 3_000; minute += 1)
    add(recorder, report(), START + minute * MINUTE);
  const nowMs = START + 3_000 * MINUTE;
  expect(recorder.of('bot', nowMs).windows.last_24_h.delivered).toBeLessThanOrEqual(24 * 60);
  add(recorder, report({ agentId: 'second' }), nowMs);
  add(recorder, report({ agentId: 'third' }), nowMs);
  // It starts anew, and says since when.
  expect(recorder.of('bot', nowMs)).toMatchObject({
    sinceMs: nowMs,
    windows: { last_24_h: { delivered: 0 } },
  });
  expect(recorder.of('second', nowMs).sinceMs).toBe(START);
});

test('nodes are summed', () => {
  const [one, two] = [new AttemptStats(START), new AttemptStats(START)];
  add(one, report({ totalMs: 100 }), START);
  add(two, failed({ totalMs: 100 }), START);
  const sum = sumOf([one, two].map((recorder) => recorder.of('bot', START).windows.last_15_min));
  expect(sum).toMatchObject({ delivered: 1, failed: 1, failedAttempts: 1 });
  expect(sum.total).toEqual([[48, 2]]);
});
