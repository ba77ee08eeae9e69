import { expect, test, vi } from 'vitest';
import { listAgents } from './agents.ts';
import type { ClusterRequest } from './cluster-api.ts';

vi.mock('server-only', () => ({}));

const cluster = vi.hoisted(() => ({ paths: [] as string[] }));

vi.mock('./cluster-api.ts', () => ({
  clusterRequest: async ({ path }: ClusterRequest) => {
    cluster.paths.push(path);
    const after = new URL(path, 'http://node').searchParams.get('after');
    const pages = new Map([
      [null, { agents: [{ id: 'a', name: 'Zoe' }], has_more: true }],
      ['a', { agents: [{ id: 'b', name: 'Ada' }], has_more: false }],
    ]);
    return { ok: true, value: pages.get(after) };
  },
}));

test('the list of agents follows the pages of the cluster, and is sorted by name', async () => {
  const agents = await listAgents('enabled');
  expect(agents).toMatchObject({ ok: true, value: [{ id: 'b' }, { id: 'a' }] });
  expect(cluster.paths).toEqual([
    '/api/agents?status=enabled',
    '/api/agents?status=enabled&after=a',
  ]);
});
