import {
  AGENT_HEADER_VALUE_LENGTH_MAX,
  AGENT_HEADERS_MAX,
  PAGE_BYTES_MAX,
} from '@fleetlm/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentRecord } from '../../membership/agent-record.ts';
import { agentRecord } from '../../membership/testing/agent-record.ts';
import { AgentSecrets } from '../../runtime/agent-secrets.ts';
import { SecretBox } from '../../runtime/secret-box.ts';
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
  'an agent of the adapter %s needs a model, also when the two are set one after the other',
  async (adapter) => {
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
    const refused = await patch({ adapter });
    expect([refused.status, JSON.parse(refused.text).errors]).toEqual([
      422,
      [
        {
          path: 'agent.adapter_options.model',
          message: `is required for the adapter ${adapter}`,
        },
      ],
    ]);
    expect((await patch({ adapter, adapter_options: { model: 'llama3.2' } })).status).toBe(200);
    expect((await patch({ adapter: 'text' })).status).toBe(200);
  },
);

describe('an agent that is registered under an Idempotency-Key', () => {
  const DAY_MS = 24 * 60 * 60_000;
  let registered: AgentRecord | null;
  let secrets: AgentSecrets;

  beforeEach(async () => {
    registered = null;
    secrets = new AgentSecrets(new SecretBox(['a passphrase']), Date.now);
    gateway = await openTestGateway({
      createAgent: async (agent) => {
        if (registered !== null)
          return { ok: false, error: { code: 'conflict', detail: 'it exists' } };
        registered = {
          ...agent,
          secret: secrets.seal(agent.id, agent.secret),
          previousSecret: null,
        };
        return { ok: true, value: registered };
      },
      catchUpAgents: async () => ({ ok: true, value: null }),
      getAgent: () => registered,
      signingSecretOf: (from) => secrets.derived(from),
      hasSigningSecret: (known, secret) => secrets.signing(known)?.[0] === secret,
    });
  });

  async function register(key: string | null, settings: object = {}) {
    const agent = { id: 'bot', name: 'Bot', origin_url: 'http://127.0.0.1:9', ...settings };
    const response = await fetch(`${gateway.url}/api/agents`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TEST_API_KEY}`,
        'content-type': 'application/json',
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify({ agent }),
    });
    const isReplayed = response.headers.get('idempotency-replayed');
    return { status: response.status, isReplayed, body: await response.json() };
  }

  test('is answered as it was first, its signing secret included', async () => {
    const first = await register('key-1');
    expect(first).toMatchObject({ status: 201, isReplayed: null });
    const again = await register('key-1');
    expect(again).toEqual({ ...first, isReplayed: 'true' });
    expect(registered?.secret).toMatch(/^sealed1:/);
  });

  test('is answered as it was first when its settings were changed since', async () => {
    const first = await register('key-1');
    if (registered !== null)
      registered = { ...registered, name: 'Other', updatedAtMs: registered.updatedAtMs + 1 };
    expect(await register('key-1')).toEqual({ ...first, isReplayed: 'true' });
  });

  test.each<[string, string | null, object]>([
    ['another key', 'key-2', {}],
    ['no key', null, {}],
    ['the key and other settings', 'key-1', { name: 'Other' }],
  ])('is refused under its name with %s', async (_, key, settings) => {
    await register('key-1');
    expect(await register(key, settings)).toMatchObject({ status: 409, isReplayed: null });
  });

  test('is refused under its name a day later', async () => {
    await register('key-1');
    if (registered !== null)
      registered = {
        ...registered,
        insertedAtMs: registered.insertedAtMs - DAY_MS,
        updatedAtMs: registered.insertedAtMs - DAY_MS,
      };
    expect(await register('key-1')).toMatchObject({ status: 409 });
  });

  test('has the secret that the request brings', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const first = await register('key-1', { secret });
    expect(first.body).toMatchObject({ agent: { secret } });
    expect(await register('key-1', { secret })).toEqual({ ...first, isReplayed: 'true' });
    expect(await register('key-1')).toMatchObject({ status: 409 });
  });
});
