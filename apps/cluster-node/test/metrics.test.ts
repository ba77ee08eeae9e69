import { eventsAnswerSchema, type MetricsAnswer, metricsAnswerSchema } from '@fleetlm/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster, tokenFor } from './support/cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.close());

async function metrics(query = ''): Promise<MetricsAnswer> {
  const { body } = await cluster.call('n1', 'GET', `/api/admin/metrics${query}`);
  return metricsAnswerSchema.parse(body);
}

/** Of the node that has kept the fewest. */
async function fewestTimes(query = ''): Promise<number> {
  const { nodes } = await metrics(query);
  return Math.min(...nodes.map(({ figures }) => figures?.times.length ?? 0));
}

test('every node reports what it has kept of itself, whichever one is asked', async () => {
  await expect.poll(() => fewestTimes()).toBeGreaterThanOrEqual(3);
  const { nodes, reported_by } = await metrics();
  expect(reported_by).toBe('n1');
  expect(nodes.map(({ node_id }) => node_id)).toEqual(['n1', 'n2', 'n3']);
  for (const { figures } of nodes) {
    expect(figures?.series.rss_bytes.at(-1)).toBeGreaterThan(1_000_000);
    expect(figures?.series.loop_delay_ms).toHaveLength(figures?.times.length ?? 0);
    expect(figures?.flush.last_success_at).toBeNull();
  }
});

test('only what is later than a moment is sent again', async () => {
  const before = await metrics();
  const last = Math.max(...before.nodes.map(({ figures }) => figures?.times.at(-1) ?? 0));
  await expect.poll(() => fewestTimes(`?after=${last}`)).toBeGreaterThan(0);
  const { nodes } = await metrics(`?after=${last}`);
  for (const { figures } of nodes) expect(figures?.times.every((at) => at > last)).toBe(true);
});

test('a node that is gone is not known, and its going is among the events', async () => {
  await cluster.node('n3').kill('SIGKILL');
  await expect.poll(async () => (await metrics()).nodes[2]?.figures).toBeNull();
  const { body } = await cluster.call('n1', 'GET', '/api/admin/events');
  const { events } = eventsAnswerSchema.parse(body);
  expect(events.some(({ kind, detail }) => kind === 'node-down' && detail.startsWith('n3'))).toBe(
    true,
  );
  await cluster.revive();
});

test('people who are no admins learn nothing', async () => {
  const token = await tokenFor('ann');
  for (const path of ['/api/admin/metrics', '/api/admin/events'])
    expect((await cluster.call('n1', 'GET', path, { token })).status).toBe(403);
});
