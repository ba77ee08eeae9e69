import { expect, test } from 'vitest';
import { runSeeds, SEEDS_TIMEOUT_MS } from '../harness/testing/seeds.ts';
import { layer } from './layer.ts';

/** Twice as many as it takes to meet every situation; `npm run sim -- --layer 1` runs more. */
const SEEDS = 48;

test('L1 no seed breaks a promise, and every situation is met', {
  timeout: SEEDS_TIMEOUT_MS,
}, () => {
  expect(runSeeds(layer, SEEDS)).toEqual({ failures: [], missing: [] });
});
