import type { ClusterSnapshot } from '@fleetlm/protocol';
import { io } from 'socket.io-client';
import { afterEach, expect, test, vi } from 'vitest';
import type { AdminRuntime, ClusterEvent } from '../../runtime/runtime-api.ts';
import { openGateways, testToken } from '../testing/test-gateway.ts';

const gateways = openGateways();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await gateways.closeAll();
});

const SNAPSHOT: ClusterSnapshot = {
  cluster_id: 'c',
  reported_by: 'n1',
  reported_at: '2026-01-01T00:00:00.000Z',
  copies: 3,
  nodes: [],
  groups: [],
};

function eventOf(detail: string): ClusterEvent {
  return { atMs: 1_767_225_600_000, nodeId: 'n1', kind: 'node-up', group: null, detail };
}

/** An operator's socket, what it has received, and the events of the cluster. */
async function open() {
  let publish = (_event: ClusterEvent): void => undefined;
  const admin: Pick<AdminRuntime, 'cluster' | 'subscribeEvents'> & {
    readonly operations: Pick<AdminRuntime['operations'], 'coordinator' | 'list'>;
  } = {
    cluster: () => SNAPSHOT,
    operations: { coordinator: () => 'n1', list: () => [] },
    subscribeEvents: (sink) => {
      publish = sink;
      return { close: () => undefined };
    },
  };
  const gateway = await gateways.open({ admin: admin as AdminRuntime });
  const client = io(`${gateway.url}/admin`, {
    auth: { token: await testToken({ role: 'admin' }) },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  closing.push(() => client.disconnect());
  const received: string[] = [];
  client.onAny((name: string, payload: { readonly detail?: string }) => {
    received.push(payload.detail === undefined ? name : `${name} ${payload.detail.slice(0, 20)}`);
  });
  await expect.poll(() => received).toContain('cluster:operations');
  const [connection] = gateway.connections;
  if (connection === undefined) throw new Error('no connection');
  return { gateway, received, connection, publish: (detail: string) => publish(eventOf(detail)) };
}

test('an operator that connects gets the cluster and its operations, then events at once', async () => {
  const { received, publish } = await open();
  publish('first');
  await expect.poll(() => received).toContain('cluster:event first');
  expect(received.slice(0, 2)).toEqual(['cluster:snapshot', 'cluster:operations']);
});

test('an operator that does not keep up gets `resync`, and the whole cluster once it does', async () => {
  const { gateway, received, connection, publish } = await open();
  const stopped = stopWrites(connection);
  const isSlow = async (): Promise<boolean> =>
    (await gateway.metrics.text()).includes('fleetlm_slow_sockets_total{answer="resync"} 1');
  let sent = 0;
  while (!(await isSlow())) {
    expect(sent).toBeLessThan(500);
    publish(`${sent} ${'x'.repeat(16 * 1024)}`);
    sent += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  publish('left out');
  stopped.resume();
  await expect.poll(() => received.filter((name) => name === 'cluster:snapshot').length).toBe(2);
  publish('live again');
  await expect.poll(() => received).toContain('cluster:event live again');
  expect(received).not.toContain('cluster:event left out');
  const [resync, ...others] = received.flatMap((name, at) => (name === 'resync' ? [at] : []));
  expect(others).toEqual([]);
  expect(resync).toBeLessThan(received.lastIndexOf('cluster:snapshot'));
});

/** As a client whose receive window is full: nothing more leaves until `resume`. */
function stopWrites(connection: { _write: unknown; _writev?: unknown }) {
  const held: (() => void)[] = [];
  const spies = (['_write', '_writev'] as const).map((name) => {
    const original = connection[name] as (...args: unknown[]) => void;
    return vi
      .spyOn(connection as Record<typeof name, typeof original>, name)
      .mockImplementation((...args) => {
        held.push(() => original.apply(connection, args));
      });
  });
  return {
    resume: (): void => {
      for (const spy of spies) spy.mockRestore();
      for (const write of held) write();
    },
  };
}
