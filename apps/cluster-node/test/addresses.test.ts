import { platform } from 'node:process';
import { clusterSnapshotSchema } from '@fleetlm/protocol';
import { afterEach, expect, test } from 'vitest';
import { DnsServer } from '../src/control/testing/dns-server.ts';
import { TestCluster } from './support/cluster.ts';

const NAME = 'mesh.fleetlm.test';
const IDS = ['n1', 'n2', 'n3'] as const;
/** All nodes have one port, as the pods behind a headless service do. */
const MESH_PORT = 20_000 + (process.pid % 10_000);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function addressesOf(cluster: TestCluster): Promise<readonly (string | null)[]> {
  const { body } = await cluster.call('n1', 'GET', '/api/admin/cluster');
  return clusterSnapshotSchema.parse(body).nodes.map(({ address }) => address);
}

// Other systems have one loopback address alone.
test.skipIf(platform !== 'linux')(
  'nodes that all return at other addresses find each other through DNS',
  {
    timeout: 180_000,
  },
  async () => {
    const first = [11, 12, 13].map((last) => `127.0.0.${last}`);
    const dns = await DnsServer.open(NAME, first);
    closing.push(() => dns.close());
    const cluster = await TestCluster.start({
      meshHostOf: (at) => first[at] ?? '',
      env: {
        CLUSTER_PEERS: IDS.map((id, at) => `${id}=${first[at]}:${MESH_PORT}`).join(),
        MESH_PORT: String(MESH_PORT),
        CLUSTER_DISCOVERY: `dns:${NAME}`,
        CLUSTER_DISCOVERY_DNS_SERVER: dns.server,
      },
    });
    closing.push(() => cluster.close());
    const session = await cluster.createSession('ann');

    await Promise.all(IDS.map((id) => cluster.node(id).kill('SIGTERM')));
    // The first one returns where the second one was; CLUSTER_PEERS is of the past.
    const second = ['127.0.0.12', '127.0.0.22', '127.0.0.23'];
    dns.addresses = second;
    for (const [at, id] of IDS.entries())
      cluster.configure(id, { MESH_HOST: second[at] ?? '', LOG_LEVEL: 'info' });
    const lonely = cluster.startNode('n1');
    await expect
      .poll(lonely.output, { timeout: 60_000 })
      .toContain('discovery: some nodes are not reached at the addresses tried');
    for (const address of second.slice(1))
      expect(lonely.output()).toContain(`"address":"${address}:${MESH_PORT}"`);

    const began = performance.now();
    await cluster.revive();
    // A process takes its time to start on a busy machine; what is asserted is that no one waits for what is gone.
    expect(performance.now() - began).toBeLessThan(30_000);
    const expected = second.map((host) => `${host}:${MESH_PORT}`);
    await expect.poll(() => addressesOf(cluster), { timeout: 30_000 }).toEqual(expected);
    const { status } = await cluster.call('n2', 'GET', `/api/sessions/${session}`);
    expect(status).toBe(200);
  },
);
