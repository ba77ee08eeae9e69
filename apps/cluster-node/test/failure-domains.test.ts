import { type ClusterSnapshot, clusterSnapshotSchema } from '@fleetlm/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';

const DOMAINS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  n1: { NODE_ZONE: 'a', NODE_HOST_ID: 'm1' },
  n2: { NODE_ZONE: 'a', NODE_HOST_ID: 'm1' },
  n3: { NODE_ZONE: 'b', NODE_HOST_ID: 'm2' },
  n4: { NODE_ZONE: 'c', NODE_HOST_ID: 'm3' },
};
const YES = { survivable: true, critical: [] };

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({ size: 4, envOf: (id) => DOMAINS[id] ?? {} });
});
afterAll(() => cluster.close());

async function snapshot(id: string): Promise<ClusterSnapshot> {
  const { body } = await cluster.call(id, 'GET', '/api/admin/cluster');
  return clusterSnapshotSchema.parse(body);
}

async function metrics(id: string): Promise<string> {
  return (await cluster.text(id, 'GET', '/metrics')).text;
}

test('copies of every group are on three machines in three zones, and any one of each can be lost', async () => {
  await expect
    .poll(async () => (await snapshot('n1')).tolerance, { timeout: 60_000 })
    .toEqual({ node: YES, host: YES, zone: YES });
  const { nodes, groups } = await snapshot('n2');
  expect(nodes.map(({ node_id, zone, host_id }) => [node_id, zone, host_id])).toEqual([
    ['n1', 'a', 'm1'],
    ['n2', 'a', 'm1'],
    ['n3', 'b', 'm2'],
    ['n4', 'c', 'm3'],
  ]);
  for (const { voters } of groups) {
    expect(voters).toHaveLength(3);
    expect(voters).toEqual(expect.arrayContaining(['n3', 'n4']));
  }
  for (const name of ['node', 'host', 'zone'])
    expect(await metrics('n1')).toContain(`\nfleetlm_${name}_loss_survivable 1\n`);
});

test('a node that returns in another zone announces it, and the answer is another one', async () => {
  await cluster.node('n4').kill('SIGTERM');
  cluster.configure('n4', { NODE_ZONE: 'b' });
  await cluster.revive();
  await expect
    .poll(async () => (await snapshot('n1')).tolerance, { timeout: 60_000 })
    .toEqual({ node: YES, host: YES, zone: { survivable: false, critical: ['b'] } });
  expect(await metrics('n1')).toContain('\nfleetlm_zone_loss_survivable 0\n');
});
