import {
  AGENT_HEADER_VALUE_LENGTH_MAX,
  AGENT_HEADERS_MAX,
  PAGE_BYTES_MAX,
} from '@fleetlm/protocol';
import { afterEach, expect, test } from 'vitest';
import type { AgentRecord } from '../../membership/agent-record.ts';
import { agentRecord } from '../../membership/testing/agent-record.ts';
import { openTestGateway, TEST_API_KEY, type TestGateway } from '../testing/test-gateway.ts';

const VALUE = 'v'.repeat(AGENT_HEADER_VALUE_LENGTH_MAX);
const LARGE_HEADERS = Object.fromEntries(
  Array.from({ length: AGENT_HEADERS_MAX }, (_, n) => [`x-${n}`, VALUE]),
);

function agent(n: number, change: Partial<AgentRecord> = {}): AgentRecord {
  return agentRecord({ id: `agent-${n}`, ...change });
}

let gateway: TestGateway;
afterEach(() => gateway.close());

async function open(agents: readonly AgentRecord[]): Promise<void> {
  gateway = await openTestGateway({
    catchUpAgents: async () => ({ ok: true, value: null }),
    listAgents: () => agents,
  });
}

interface Page {
  readonly agents: readonly { readonly id: string }[];
  readonly has_more: boolean;
}

async function get(query: string): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${TEST_API_KEY}` };
  const response = await fetch(`${gateway.url}/api/agents${query}`, { headers });
  return { status: response.status, text: await response.text() };
}

test('all agents, however large, come in pages of bounded bytes', async () => {
  const agents = Array.from({ length: 90 }, (_, n) => agent(n, { headers: LARGE_HEADERS }));
  await open(agents);
  const ids: string[] = [];
  for (let page: Page | null = null; page === null || page.has_more; ) {
    const { text } = await get(ids.length === 0 ? '' : `?after=${ids.at(-1)}`);
    expect(Buffer.byteLength(text)).toBeLessThan(PAGE_BYTES_MAX + 1024);
    page = JSON.parse(text) as Page;
    ids.push(...page.agents.map(({ id }) => id));
  }
  expect(ids).toEqual(agents.map(({ id }) => id));
});

test('without a query every agent of a usual size is in one page', async () => {
  await open(Array.from({ length: 2_000 }, (_, n) => agent(n)));
  const page = JSON.parse((await get('')).text) as Page;
  expect([page.agents.length, page.has_more]).toEqual([2_000, false]);
});

test('a limit and a status are kept from page to page', async () => {
  const status = (n: number) => (n % 2 === 0 ? 'enabled' : 'disabled');
  await open(Array.from({ length: 5 }, (_, n) => agent(n, { status: status(n) })));
  const page = async (query: string) => {
    const { agents, has_more } = JSON.parse((await get(query)).text) as Page;
    return [agents.map(({ id }) => id), has_more];
  };
  expect(await page('?limit=2')).toEqual([['agent-0', 'agent-1'], true]);
  expect(await page('?limit=2&status=enabled')).toEqual([['agent-0', 'agent-2'], true]);
  expect(await page('?limit=2&status=enabled&after=agent-2')).toEqual([['agent-4'], false]);
});

test.each([
  ['after=unknown', 'after'],
  ['limit=0', 'limit'],
  ['limit=10001', 'limit'],
])('?%s is refused with the name of the field', async (query, field) => {
  await open([agent(0)]);
  const { status, text } = await get(`?${query}`);
  expect([status, JSON.parse(text).errors[0].path]).toEqual([422, field]);
});

test('a limit of silence above that of the whole answer is refused by name, also of one that is set already', async () => {
  const registered = agentRecord({ id: 'bot', timeoutMs: 1_000, totalTimeoutMs: 5_000 });
  gateway = await openTestGateway({
    getAgent: () => registered,
    patchAgent: async () => ({ ok: true, value: registered }),
  });
  const patch = async (agent: object) => {
    const response = await fetch(`${gateway.url}/api/agents/bot`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${TEST_API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ agent }),
    });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  expect((await patch({ idle_timeout_ms: 5_000 })).status).toBe(200);
  expect(await patch({ idle_timeout_ms: 5_001 })).toMatchObject({
    status: 422,
    body: {
      errors: [
        { path: 'agent.idle_timeout_ms', message: expect.stringContaining('whole answer, 5000') },
      ],
    },
  });
  expect((await patch({ idle_timeout_ms: 10_000, total_timeout_ms: null })).status).toBe(200);
  expect((await patch({ idle_timeout_ms: 10_001, total_timeout_ms: null })).status).toBe(422);
});

test.each(['openai-chat', 'openai-responses'])(
  'an agent of the protocol %s needs a model, also when the two are set one after the other',
  async (protocol) => {
    gateway = await openTestGateway({
      getAgent: () => agent(1),
      patchAgent: async () => ({ ok: true, value: agent(1) }),
    });
    const patch = async (fields: object): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${gateway.url}/api/agents/agent-1`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${TEST_API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ agent: fields }),
      });
      return { status: response.status, text: await response.text() };
    };
    const refused = await patch({ protocol });
    expect([refused.status, JSON.parse(refused.text).errors]).toEqual([
      422,
      [{ path: 'agent.model', message: `is required for the protocol ${protocol}` }],
    ]);
    expect((await patch({ protocol, model: 'llama3.2' })).status).toBe(200);
    expect((await patch({ protocol: 'text' })).status).toBe(200);
  },
);
