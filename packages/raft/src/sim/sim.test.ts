import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { LAYER_1 } from './l1/layer-1.ts';
import { type Layer, PLAIN } from './layer.ts';
import { LAYER_0 } from './layer-0.ts';
import { runSeed } from './run-seed.ts';
import { invariantOf } from './shrink.ts';

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

interface KnownCatch {
  readonly layer: Layer;
  readonly bug: string;
  readonly seed: number;
  readonly invariant: string;
}

/** For every deliberate bug the first seed that found it; `npm run sim -- --zoo` looks for them anew. */
function knownCatches(): readonly KnownCatch[] {
  const text = readFileSync(new URL('../../testdata/zoo.json', import.meta.url), 'utf8');
  const found: Record<string, { seed: number; invariant: string }> = JSON.parse(text);
  return Object.entries(found).map(([bug, { seed, invariant }]) => {
    const layer = LAYER_1.bugs.includes(bug) ? LAYER_1 : LAYER_0;
    return { layer, bug, seed, invariant };
  });
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

test.each(knownCatches())(
  'S3 the deliberate bug $bug is found',
  { timeout: TIMEOUT_MS },
  ({ layer, bug, seed, invariant }) => {
    const { failure } = layer.run(seed, { ...PLAIN, bug });
    expect(failure === null ? 'survived' : invariantOf(failure)).toBe(invariant);
  },
);

test('S3 every deliberate bug has a seed that is known to find it', () => {
  const bugs = [LAYER_0, LAYER_1].flatMap((layer) => layer.bugs);
  expect(knownCatches().map(({ bug }) => bug)).toEqual(bugs);
  expect(bugs.length).toBeGreaterThanOrEqual(24);
});
