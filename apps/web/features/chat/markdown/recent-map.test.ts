import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

test('what was used last is kept, what was used longest ago makes room', () => {
  const made: string[] = [];
  const map = new RecentMap<string, string>(2);
  const take = (key: string) =>
    map.take(key, (wanted) => {
      made.push(wanted);
      return wanted.toUpperCase();
    });
  expect(['a', 'b', 'a', 'c'].map(take)).toEqual(['A', 'B', 'A', 'C']);
  expect(made).toEqual(['a', 'b', 'c']);
  take('a');
  expect(made).toEqual(['a', 'b', 'c']);
  take('b');
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});
