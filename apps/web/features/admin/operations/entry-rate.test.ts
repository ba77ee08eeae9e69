import { expect, test } from 'vitest';
import { entriesPerSecond, type IndexSample, withSample } from './entry-rate.ts';

const at = (seconds: number, commitIndex: number, group = 1): IndexSample => ({
  group,
  commitIndex,
  atMs: seconds * 1_000,
});
const watched = (...samples: readonly IndexSample[]) =>
  samples.reduce(withSample, [] as readonly IndexSample[]);

test('the rate is of the last ten seconds', () => {
  const samples = watched(at(0, 0), at(5, 1_000), at(10, 1_050), at(15, 1_100));
  expect(entriesPerSecond(samples, 15_000)).toBe(10);
});

test('it falls while nothing is committed, and is not known at first', () => {
  const samples = watched(at(0, 0), at(1, 40));
  expect(entriesPerSecond(samples, 1_000)).toBeNull();
  expect(entriesPerSecond(samples, 4_000)).toBe(10);
  expect(entriesPerSecond([], 4_000)).toBeNull();
});

test('another group, and a report of an older index, begin anew', () => {
  expect(watched(at(0, 0), at(1, 40, 2))).toEqual([at(1, 40, 2)]);
  expect(watched(at(0, 50), at(1, 40))).toEqual([at(1, 40)]);
});
