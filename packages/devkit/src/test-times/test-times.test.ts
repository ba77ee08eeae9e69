import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  addTestTimes,
  describeSlowest,
  readTestTimes,
  SLOWEST_TESTS_MAX,
  slowestTests,
  TEST_TIMES_FILE,
} from './test-times.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fleetlm-times-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const timeOf = (ms: number) => ({ file: 'a.test.ts', title: `takes ${ms}`, ms });

test('lists the slowest tests of all runs, the slowest first', () => {
  const path = join(directory, 'times');
  vi.stubEnv(TEST_TIMES_FILE, path);
  expect(readTestTimes(path)).toEqual([]);
  addTestTimes([timeOf(5), timeOf(3_000)]);
  addTestTimes([]);
  addTestTimes([timeOf(100)]);
  expect(slowestTests(readTestTimes(path)).map(({ ms }) => ms)).toEqual([3_000, 100, 5]);
  expect(describeSlowest(readTestTimes(path))).toContain('    3.0 s  a.test.ts: takes 3000\n');
});

test('lists no more than ten, and nothing when nothing ran', () => {
  const many = Array.from({ length: 30 }, (_, at) => timeOf(at));
  expect(slowestTests(many)).toHaveLength(SLOWEST_TESTS_MAX);
  expect(describeSlowest([])).toBe('');
});

test('writes nothing when no file is named', () => {
  vi.stubEnv(TEST_TIMES_FILE, undefined);
  expect(() => addTestTimes([timeOf(1)])).not.toThrow();
});
