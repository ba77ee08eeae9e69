import { expect, test } from 'vitest';
import { L1Coverage } from './coverage.ts';
import { runL1Seed } from './run-seed.ts';

const FIRST_SEED = 1;
/** Twice as many as it takes to meet every situation; `npm run sim -- --layer 1` runs more. */
const SEEDS = 48;
/** It waits for nothing but a core, so only how busy the machine is decides how long it takes. */
const TIMEOUT_MS = 1_800_000;

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
