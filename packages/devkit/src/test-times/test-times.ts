import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Tests that are listed at the end of a run. */
export const SLOWEST_TESTS_MAX = 10;

/** Names the file in which the reporters of all test runners leave the times. */
export const TEST_TIMES_FILE = 'FLEETLM_TEST_TIMES';

export interface TestTime {
  readonly file: string;
  readonly title: string;
  readonly ms: number;
}

/** Does nothing when no file is named. */
export function addTestTimes(times: readonly TestTime[]): void {
  const path = process.env[TEST_TIMES_FILE];
  if (path === undefined || times.length === 0) return;
  appendFileSync(path, times.map((time) => `${JSON.stringify(time)}\n`).join(''));
}

export function readTestTimes(path: string): readonly TestTime[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestTime);
}

/** The slowest first. */
export function slowestTests(times: readonly TestTime[]): readonly TestTime[] {
  return [...times].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_TESTS_MAX);
}

export function describeSlowest(times: readonly TestTime[]): string {
  const lines = slowestTests(times).map(
    ({ file, title, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${file}: ${title}`,
  );
  return lines.length === 0 ? '' : ['The slowest tests:', ...lines, ''].join('\n');
}
