import { createAgentSchema } from '@fleetlm/protocol';
import { beforeEach, expect, test, vi } from 'vitest';
import { listAgents } from './agents.ts';

vi.mock('../env.ts', () => ({
  serverEnv: () => ({ NODE_URLS: ['http://node.test'], API_KEY: 'key' }),
}));

const REGISTERED = '2026-11-30T12:00:00.000Z';

function agent(id: string, name: string): object {
  const given = { id, name, origin_url: 'https://agents.test' };
  const { secret: _, ...fields } = createAgentSchema.parse({ agent: given }).agent;
  return {
    ...fields,
    adapter_options: { model: null, has_api_key: false },
    inserted_at: REGISTERED,
    updated_at: REGISTERED,
  };
}

const paths: string[] = [];

beforeEach(() => {
  paths.length = 0;
  const pages = new Map([
    [null, { agents: [agent('a', 'Zoe')], has_more: true }],
    ['a', { agents: [agent('b', 'Ada')], has_more: false }],
  ]);
  vi.stubGlobal('fetch', async (asked: string) => {
    const { pathname, search, searchParams } = new URL(asked);
    paths.push(pathname + search);
    return Response.json(pages.get(searchParams.get('after')));
  });
});

test('the list of agents follows the pages of the cluster, and is sorted by name', async () => {
  const agents = await listAgents('enabled');
  expect(agents).toMatchObject({ ok: true, value: [{ id: 'b' }, { id: 'a' }] });
  expect(paths).toEqual(['/api/agents?status=enabled', '/api/agents?status=enabled&after=a']);
});

test('agents of every status are listed without a filter', async () => {
  expect(await listAgents()).toMatchObject({ ok: true, value: [{ id: 'b' }, { id: 'a' }] });
  expect(paths).toEqual(['/api/agents', '/api/agents?after=a']);
});
