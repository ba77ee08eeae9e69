import { expect, test } from 'vitest';
import { PLAIN } from '../harness/layer.ts';
import { courseOf, knownSeeds, runSeeds, SEEDS_TIMEOUT_MS } from '../harness/testing/seeds.ts';
import { layer } from './layer.ts';

const SEEDS = 1_500;

test('S1 no seed breaks an invariant, and every situation is met', {
  timeout: SEEDS_TIMEOUT_MS,
}, () => {
  expect(runSeeds(layer, SEEDS)).toEqual({ failures: [], missing: [] });
});

test.each(knownSeeds('algorithm'))('S1 seed %i, which once broke something', (seed) => {
  expect(layer.run(seed, PLAIN).failure).toBeNull();
});

test('S2 a seed goes the same way every time', () => {
  for (let seed = 1; seed <= 10; seed += 1)
    expect(courseOf(layer, seed), `seed ${seed}`).toEqual(courseOf(layer, seed));
});
