// @vitest-environment happy-dom
import type { FeedbackBody, FeedbackStatsAnswer } from '@fleetlm/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { FeedbackView } from './feedback-view.tsx';

vi.mock('next/navigation', () => ({ usePathname: () => '/agents/bot/feedback' }));
afterEach(cleanup);

const STATS: FeedbackStatsAnswer = {
  from: '2026-11-01',
  to: '2026-11-30',
  up: 3,
  down: 1,
  reasons: [
    { rating: 'up', reason: null, count: 3 },
    { rating: 'down', reason: 'incorrect', count: 1 },
  ],
  days: [],
};
const ROW: FeedbackBody = {
  session_id: '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ',
  seq: 2,
  message_id: '01900000-0000-7000-8000-000000000001',
  agent_id: 'bot',
  user_id: 'ann',
  rating: 'down',
  reason: 'incorrect',
  comment: 'It is <b>7</b>.',
  created_at: '2026-11-30T12:00:00.000Z',
  updated_at: '2026-11-30T12:00:00.000Z',
};

test('shows how many liked the replies, why others did not, and what they said', () => {
  const page = { feedback: [ROW], next: '1~x~2' };
  render(<FeedbackView agentId="bot" page={page} stats={STATS} rating="down" cursor={null} />);
  expect(screen.getByText('75 %')).toBeTruthy();
  expect(screen.getByRole('list', { name: 'Reasons of bad replies' }).textContent).toBe(
    'Incorrect 1',
  );
  expect(screen.getByText('It is <b>7</b>.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'bad' }).getAttribute('aria-current')).toBe('true');
  expect(screen.getByRole('link', { name: 'Older' }).getAttribute('href')).toContain('cursor=');
  expect(screen.getByRole('link', { name: 'CSV' }).getAttribute('href')).toBe(
    '/api/agents/bot/feedback?form=csv',
  );
});

test('says how feedback comes about when there is none', () => {
  const none = { ...STATS, up: 0, down: 0, reasons: [] };
  const page = { feedback: [], next: null };
  render(<FeedbackView agentId="bot" page={page} stats={none} rating={null} cursor={null} />);
  expect(screen.getByText('No feedback yet')).toBeTruthy();
  expect(screen.getByText('–')).toBeTruthy();
});
