import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { L1Coverage } from './coverage.ts';
import { runL1Seed } from './run-seed.ts';

const FIRST_SEED = 1;
const SEEDS = 120;
const TIMEOUT_MS = 180_000;

/** Every seed that has ever found something. */
function knownSeeds(): readonly number[] {
  const text = readFileSync(new URL('../../../testdata/l1-seeds.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('seeds' in parsed)) return [];
  return Array.isArray(parsed.seeds) ? parsed.seeds.map(Number) : [];
}

test('L1 no seed breaks a promise, and every situation is met', { timeout: TIMEOUT_MS }, () => {
  const coverage = new L1Coverage();
  const failures: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    const result = runL1Seed(seed);
    coverage.add(result.coverage);
    if (result.failure !== null) failures.push(`seed ${seed}: ${result.failure.message}`);
  }
  expect(failures, `seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1}`).toEqual([]);
  expect(coverage.missing()).toEqual([]);
});

test.each(knownSeeds())(
  'L1 seed %i, which once broke something',
  { timeout: TIMEOUT_MS },
  (seed) => {
    expect(runL1Seed(seed).failure).toBeNull();
  },
);

test('L2 a seed goes the same way every time', { timeout: TIMEOUT_MS }, () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const { traceHash, events } = runL1Seed(seed);
    expect(runL1Seed(seed), `seed ${seed}`).toMatchObject({ traceHash, events });
  }
});
