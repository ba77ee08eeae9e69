import { expect, test } from 'vitest';
import { agentRecord } from '../../membership/testing/agent-record.ts';
import { AgentBudgets } from './agent-budgets.ts';
import type { Spent } from './usage-store.ts';

const NOON = Date.UTC(2026, 10, 30, 12);
const DAY_MS = 86_400_000;

const spentBy = (totalTokens: number, costMicros = 0, currency = 'USD'): Spent => ({
  agentId: 'bot',
  currency,
  totalTokens,
  costMicros,
});

function bed(spent: () => readonly Spent[] | null, agent: Parameters<typeof agentRecord>[0]) {
  const clock = { nowMs: NOON };
  const asked: string[] = [];
  const record = agentRecord(agent);
  const budgets = new AgentBudgets({
    agents: () => [record],
    wallClockMs: () => clock.nowMs,
    onError: (error) => {
      throw error;
    },
    usage: {
      spent: async (day) => {
        asked.push(day);
        const value = spent();
        return value === null
          ? { ok: false, error: { code: 'archive_unavailable', detail: 'away' } }
          : { ok: true, value };
      },
    },
  });
  return { budgets, clock, asked, refusal: () => budgets.refusal(record) };
}

test.each([
  ['one token less than the budget', { dailyTokenBudget: 100 }, [spentBy(99)], false],
  [
    'the whole budget of tokens',
    { dailyTokenBudget: 100 },
    [spentBy(60), spentBy(40, 1, 'EUR')],
    true,
  ],
  ['one millionth less than the cost', { dailyCostBudget: 0.5 }, [spentBy(1, 499_999)], false],
  ['the whole cost', { dailyCostBudget: 0.5 }, [spentBy(1, 500_000)], true],
  ['a cost in another currency', { dailyCostBudget: 0.5 }, [spentBy(1, 900_000, 'EUR')], false],
])('%s', async (_name, agent, spent, isRefused) => {
  const { budgets, refusal } = bed(() => spent, agent);
  await budgets.refresh();
  expect(refusal() !== null).toBe(isRefused);
});

test('a new day begins with the whole budget', async () => {
  const { budgets, clock, refusal } = bed(() => [spentBy(100)], { dailyTokenBudget: 100 });
  await budgets.refresh();
  expect(refusal()).toMatch(/midnight UTC/);
  clock.nowMs += DAY_MS;
  expect(refusal()).toBeNull();
});

test('what was known stands while Postgres is unreachable', async () => {
  let spent: readonly Spent[] | null = [spentBy(100)];
  const { budgets, refusal } = bed(() => spent, { dailyTokenBudget: 100 });
  await budgets.refresh();
  spent = null;
  await budgets.refresh();
  expect(refusal()).not.toBeNull();
});

test('Postgres is not asked while no agent has a budget', async () => {
  const { budgets, asked } = bed(() => [], {});
  await budgets.refresh();
  expect(asked).toEqual([]);
});
