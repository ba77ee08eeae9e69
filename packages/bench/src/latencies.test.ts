import { expect, test } from 'vitest';
import { Latencies } from './latencies.ts';

test('quantiles are nearest ranks, whatever the order of arrival', () => {
  const latencies = new Latencies();
  for (let value = 100; value >= 1; value -= 1) latencies.add(value);
  expect(latencies.quantiles([0.5, 0.95, 0.99, 1])).toEqual([50, 95, 99, 100]);
});

test('a run without a single answer has zeros, not undefined', () => {
  expect(new Latencies().quantiles([0.5])).toEqual([0]);
});

test('more values than first reserved are all kept', () => {
  const latencies = new Latencies();
  for (let value = 0; value < 200_000; value += 1) latencies.add(value);
  expect(latencies.count).toBe(200_000);
  expect(latencies.quantiles([1])).toEqual([199_999]);
});
