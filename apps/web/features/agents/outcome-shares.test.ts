import type { AgentWindow } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { outcomeShares } from './outcome-shares.ts';

const windowOf = (delivered: number, broken_off: number, dead: number): AgentWindow => ({
  delivered,
  broken_off,
  dead,
  failed_attempts: 9,
  success_rate: null,
  first_token_ms: null,
  total_ms: null,
});

test('the shares are those of the turns that ended, and come to one', () => {
  const shares = outcomeShares(windowOf(6, 1, 3));
  expect(shares.map(({ outcome, share }) => [outcome, share])).toEqual([
    ['answered', 0.6],
    ['interrupted', 0.1],
    ['failed', 0.3],
  ]);
});

test('what did not happen is not drawn', () => {
  expect(outcomeShares(windowOf(0, 0, 2))).toMatchObject([{ outcome: 'failed', share: 1 }]);
  expect(outcomeShares(windowOf(0, 0, 0))).toEqual([]);
});
