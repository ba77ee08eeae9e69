import { expect, test } from 'vitest';
import { PLAIN } from '../harness/layer.ts';
import { courseOf, knownSeeds, SEEDS_TIMEOUT_MS } from '../harness/testing/seeds.ts';
import { layer } from './layer.ts';

test.each(knownSeeds('system'))(
  'L1 seed %i, which once broke something',
  {
    timeout: SEEDS_TIMEOUT_MS,
  },
  (seed) => {
    expect(layer.run(seed, PLAIN).failure).toBeNull();
  },
);

test('L2 a seed goes the same way every time', { timeout: SEEDS_TIMEOUT_MS }, () => {
  for (let seed = 1; seed <= 5; seed += 1)
    expect(courseOf(layer, seed), `seed ${seed}`).toEqual(courseOf(layer, seed));
});
