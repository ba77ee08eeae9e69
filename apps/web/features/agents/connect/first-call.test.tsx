// @vitest-environment happy-dom
import type { AgentStatsAnswer, AgentWindow } from '@fleetlm/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { AGENT } from '../testing/agent.ts';
import { FirstCall } from './first-call.tsx';

afterEach(cleanup);

const NOTHING: AgentWindow = {
  delivered: 0,
  broken_off: 0,
  dead: 0,
  failed_attempts: 0,
  success_rate: null,
  first_token_ms: null,
  total_ms: null,
};
const statsOf = (over: Partial<AgentWindow>): AgentStatsAnswer['stats'] => ({
  in_flight: 0,
  queued: 0,
  retrying: 0,
  last_15_min: NOTHING,
  last_24_h: { ...NOTHING, ...over },
});
const draw = (over: Partial<AgentWindow>) => <FirstCall agent={AGENT} stats={statsOf(over)} />;

test('the wait for the first call turns green when it is answered', () => {
  const { rerender } = render(draw({}));
  expect(screen.getByRole('status').textContent).toBe('Waiting for the first call…');
  expect(screen.getByText(/doctor https:\/\/bot\.example\/webhook/)).toBeTruthy();
  rerender(draw({ delivered: 1 }));
  expect(screen.getByRole('status').textContent).toContain('The first call was answered.');
});

test('a first call that failed leads to what went over the wire', () => {
  render(draw({ failed_attempts: 1 }));
  expect(screen.getByRole('status').textContent).toContain('The first call failed.');
  const link = screen.getByRole('link', { name: 'What went over the wire' });
  expect(link.getAttribute('href')).toBe('/agents/bot/deliveries');
});

test('an agent that has answered before needs none of this', () => {
  render(draw({ delivered: 3 }));
  expect(screen.queryByRole('region')).toBeNull();
});

test('a conversation is started with this agent', () => {
  render(draw({}));
  const link = screen.getByRole('link', { name: 'Start a conversation' });
  expect(link.getAttribute('href')).toBe('/inbox?agent=bot');
});
