import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

test('what one has taken another lacks, until it is given back', () => {
  const budget = new ByteBudget(100);
  const first = budget.open();
  const second = budget.open();
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
