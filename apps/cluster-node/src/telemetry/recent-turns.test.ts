import { expect, test } from 'vitest';
import { RecentTurns } from './recent-turns.ts';

const MINUTE_MS = 60_000;

test('the longest turn is that of the last minute, and a shorter one follows it when it is over', () => {
  const turns = new RecentTurns();
  expect(turns.longest(0)).toBeNull();
  turns.add(0, { component: 'rest', ms: 300 });
  turns.add(1_000, { component: 'apply', ms: 20 });
  turns.add(30_000, { component: 'flusher', ms: 40 });
  expect(turns.longest(MINUTE_MS - 1)).toEqual({ component: 'rest', ms: 300 });
  expect(turns.longest(MINUTE_MS)).toEqual({ component: 'flusher', ms: 40 });
  expect(turns.longest(3 * MINUTE_MS)).toBeNull();
});
