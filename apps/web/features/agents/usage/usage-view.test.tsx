// @vitest-environment happy-dom
import type { UsageAnswer } from '@fleetlm/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { UsageView } from './usage-view.tsx';

afterEach(cleanup);

const SUMS = {
  replies: 2,
  input_tokens: 1_000,
  output_tokens: 200,
  total_tokens: 1_200,
  cached_input_tokens: 0,
  costs: [{ currency: 'USD', cost_micros: 12_500 }],
};
const DAYS: UsageAnswer = {
  from: '2026-11-01',
  to: '2026-11-30',
  totals: SUMS,
  rows: [{ day: '2026-11-29', user_id: null, ...SUMS }],
  has_more: false,
  budget: {
    day: '2026-11-30',
    currency: 'USD',
    daily_token_budget: 1_000,
    daily_cost_budget: null,
    total_tokens: 1_200,
    cost_micros: 12_500,
    is_exhausted: true,
  },
};
const USERS = { ...DAYS, rows: [{ day: null, user_id: 'ann', ...SUMS }] };

test('shows what was spent, by day and by user, and that the budget is used up', () => {
  render(<UsageView agentId="bot" days={DAYS} users={USERS} />);
  expect(screen.getByText('Spent today: 1,200 of 1,000 tokens.')).toBeTruthy();
  expect(screen.getByRole('status').textContent).toMatch(/refused until midnight UTC/);
  expect(screen.getByText('2026-11-29: 1,200 tokens')).toBeTruthy();
  expect(screen.getByText('2026-11-30: 0 tokens')).toBeTruthy();
  expect(screen.getByRole('row', { name: /ann/ }).textContent).toContain('0.0125 USD');
  expect(screen.getByRole('link', { name: 'Users as CSV' }).getAttribute('href')).toBe(
    '/api/agents/bot/usage?by=user',
  );
});

test('says what usage needs when there is none', () => {
  const none = { ...DAYS, rows: [], budget: { ...DAYS.budget, is_exhausted: false } };
  render(<UsageView agentId="bot" days={none} users={none} />);
  expect(screen.getByText('No usage yet')).toBeTruthy();
  expect(screen.queryByRole('status')).toBeNull();
});
