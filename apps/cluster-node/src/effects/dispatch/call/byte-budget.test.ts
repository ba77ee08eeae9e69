import { expect, test } from 'vitest';
import { ANSWERS_BYTES_MAX, ANSWERS_LIMITS, ByteBudget } from './byte-budget.ts';

test('what one has taken another lacks, until it is given back', () => {
  const budget = new ByteBudget({ bytesMax: 100, bytesPerAgentMax: 100 });
  const first = budget.open('a');
  const second = budget.open('b');
  expect([first.take(60), second.take(60), second.take(40), first.take(1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  first.close();
  first.close();
  expect(budget.used).toBe(40);
  expect(second.take(60)).toBe(true);
});

test('one agent gets its part and no more, however many calls it has; others go on', () => {
  const budget = new ByteBudget(ANSWERS_LIMITS);
  const MIB = 1024 * 1024;
  const greedy = Array.from({ length: 64 }, () => budget.open('greedy'));
  const taken = greedy.filter((share) => share.take(8 * MIB));
  expect(taken).toHaveLength(4);
  expect(greedy[0]?.take(1)).toBe(false);
  expect(budget.used).toBe(ANSWERS_BYTES_MAX / 4);
  const other = budget.open('other');
  expect(other.take(8 * MIB)).toBe(true);
  for (const share of greedy) share.close();
  expect(greedy[0]?.take(8 * MIB)).toBe(true);
  greedy[0]?.close();
  other.close();
  expect(budget.used).toBe(0);
});
