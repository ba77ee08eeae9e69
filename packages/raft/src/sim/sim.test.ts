import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { runSeed } from './run-seed.ts';

const FIRST_SEED = 1;
const SEEDS = 1_500;
/** It waits for nothing but a core, so only how busy the machine is decides how long it takes. */
const TIMEOUT_MS = 1_800_000;

/** Every seed that has ever found something. */
function knownSeeds(): readonly number[] {
  const text = readFileSync(new URL('../../testdata/seeds.json', import.meta.url), 'utf8');
  const { seeds }: { seeds: number[] } = JSON.parse(text);
  return seeds;
}

test('S1 no seed breaks an invariant, and every situation is met', { timeout: TIMEOUT_MS }, () => {
  const coverage = new Coverage();
  const failures: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    const result = runSeed(seed);
    coverage.add(result.coverage);
    if (result.failure !== null) failures.push(`seed ${seed}: ${result.failure.message}`);
  }
  expect(failures).toEqual([]);
  expect(coverage.missing()).toEqual([]);
});

test.each(knownSeeds())('S1 seed %i, which once broke something', (seed) => {
  expect(runSeed(seed).failure).toBeNull();
});

test('S2 a seed goes the same way every time', () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const { traceHash, events } = runSeed(seed);
    expect(runSeed(seed)).toMatchObject({ traceHash, events });
  }
});
