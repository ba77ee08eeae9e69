import { expect, test } from 'vitest';
import { NO_MUTATIONS } from '../core/index.ts';
import { replaySeed } from './replay.ts';
import { runSeed } from './run-seed.ts';
import { invariantOf, shrink } from './shrink.ts';
import { FAULTS, type Fault } from './swarm.ts';

test('only the faults that are needed stay', () => {
  const tried: string[] = [];
  const without = shrink(['a', 'b', 'c', 'd'], (fewer) => {
    tried.push(fewer.join(''));
    return !fewer.includes('b') && !fewer.includes('d');
  });
  expect(without).toEqual(['a', 'c']);
  expect(tried).toEqual(['a', 'ab', 'ac', 'acd']);
});

test('a seed that finds a bug finds it with fewer faults, and the replay tells how', () => {
  const mutations = { ...NO_MUTATIONS, leaseRead: true };
  const seed = 10;
  const before = runSeed(seed, { mutations }).failure;
  if (before === null) throw new Error(`seed ${seed} finds nothing any more: choose another`);
  const invariant = invariantOf(before);
  const breaks = (without: readonly Fault[]): boolean => {
    const { failure } = runSeed(seed, { mutations, without });
    return failure !== null && invariantOf(failure) === invariant;
  };
  const without = shrink(FAULTS, breaks);
  expect(without.length).toBeGreaterThan(5);
  expect(breaks(without)).toBe(true);
  expect(replaySeed(seed, { mutations, without }, 40)).toContain(`BrokenInvariant: ${invariant}`);
});
