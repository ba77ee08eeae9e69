import { expect, test } from 'vitest';
import {
  AGENTS_SHOWN_MAX,
  type AgentChoice,
  agentsFound,
  RECENT_AGENTS_MAX,
  recentAgents,
} from './agents-found.ts';

const agent = (id: string, over: Partial<AgentChoice> = {}): AgentChoice => ({
  id,
  name: id,
  description: null,
  suggested_prompts: [],
  ...over,
});
const names = (agents: readonly AgentChoice[]) => agents.map(({ id }) => id);

test('an agent is found by its name, its id and what it is for', () => {
  const agents = [
    agent('a1', { name: 'Ava' }),
    agent('billing'),
    agent('c3', { description: 'Refunds and invoices' }),
  ];
  expect(names(agentsFound(agents, 'AVA').shown)).toEqual(['a1']);
  expect(names(agentsFound(agents, 'bill').shown)).toEqual(['billing']);
  expect(names(agentsFound(agents, ' refund ').shown)).toEqual(['c3']);
  expect(agentsFound(agents, '').shown).toHaveLength(3);
  expect(agentsFound(agents, 'nothing').shown).toEqual([]);
});

test('of ten thousand agents a bounded number is drawn, and it is said how many are not', () => {
  const agents = Array.from({ length: 10_000 }, (_, at) => agent(`bot-${at}`));
  const { shown, hidden } = agentsFound(agents, 'bot');
  expect(shown).toHaveLength(AGENTS_SHOWN_MAX);
  expect(hidden).toBe(10_000 - AGENTS_SHOWN_MAX);
});

test('recent agents are those of the newest conversations, each once, as far as they can be called', () => {
  const agents = ['a', 'b', 'c', 'd', 'e'].map((id) => agent(id));
  const entries = ['b', 'gone', 'b', 'a', 'e', 'd', 'c'].map((agent_id) => ({ agent_id }));
  expect(names(recentAgents(agents, entries))).toEqual(['b', 'a', 'e', 'd']);
  expect(recentAgents(agents, entries)).toHaveLength(RECENT_AGENTS_MAX);
  expect(recentAgents(agents, [])).toEqual([]);
});
