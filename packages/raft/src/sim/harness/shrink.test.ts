import { expect, test } from 'vitest';
import { shrink } from './shrink.ts';

test('only the faults that are needed stay', () => {
  const tried: string[] = [];
  const without = shrink(['a', 'b', 'c', 'd'], (fewer) => {
    tried.push(fewer.join(''));
    return !fewer.includes('b') && !fewer.includes('d');
  });
  expect(without).toEqual(['a', 'c']);
  expect(tried).toEqual(['a', 'ab', 'ac', 'acd']);
});
