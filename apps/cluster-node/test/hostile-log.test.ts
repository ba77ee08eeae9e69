import { COMMAND_VERSION } from '@fleetlm/conversation';
import { groupOfSession, groupOfUser } from '@fleetlm/protocol';
import { Packr } from 'msgpackr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';
import { writeEntry } from './support/write-entry.ts';

const packr = new Packr({ useRecords: false });
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.close());

interface Owned {
  readonly userId: string;
  readonly sessionId: string;
}

const append = ({ userId, sessionId }: Owned, id: string) =>
  cluster.call('n1', 'POST', `/api/sessions/${sessionId}/messages`, {
    body: {
      user_id: userId,
      client_message_id: id,
      kind: 'text',
      content: { text: id },
    },
  });

const groupOf = ({ sessionId }: Owned): number => groupOfSession(sessionId) ?? -1;

/** A session in a group of its own: all that a user has is in one. */
async function sessionApart(taken: ReadonlySet<number>): Promise<Owned> {
  for (let number = 0; ; number += 1) {
    const userId = `ann-${number}`;
    if (taken.has(groupOfUser(userId, cluster.groups))) continue;
    return { userId, sessionId: await cluster.createSession(userId) };
  }
}

async function stopAll(): Promise<void> {
  for (const node of cluster.nodes.values()) expect(await node.kill('SIGTERM')).toBe(0);
}

test('a committed entry that is out of bounds is refused on every node, and its group goes on', async () => {
  const poisoned = await sessionApart(new Set());
  const group = groupOf(poisoned);
  const bystander = await sessionApart(new Set([group]));
  expect(await append(poisoned, 'before')).toMatchObject({ status: 201 });
  await stopAll();
  const tooLong = {
    type: 'fail-dispatch',
    sessionId: poisoned.sessionId,
    epoch: 1,
    attempt: 0,
    error: '{'.repeat(16_385),
    timeMs: 1,
  };
  const nodes = [...cluster.nodes.values()];
  await writeEntry(nodes, group, packr.pack([COMMAND_VERSION, tooLong]));
  await cluster.revive();
  expect(await append(poisoned, 'after')).toMatchObject({ body: { message: { seq: 2 } } });
  expect(await append(bystander, 'other')).toMatchObject({ body: { message: { seq: 1 } } });
  for (const { url } of cluster.nodes.values()) {
    const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text());
    expect(metrics).toContain(
      'fleetlm_raft_entries_refused_total{stage="apply",reason="malformed"} 1',
    );
  }
});

test('an entry that no node can apply stalls its own group, and every node serves the others', async () => {
  const stalled = await sessionApart(new Set());
  const group = groupOf(stalled);
  const bystander = await sessionApart(new Set([group]));
  await stopAll();
  const nodes = [...cluster.nodes.values()];
  await writeEntry(nodes, group, packr.pack([COMMAND_VERSION + 1, { type: 'translate' }]));
  await cluster.revive();
  for (const id of ['n1', 'n2', 'n3']) {
    await expect
      .poll(() => cluster.call(id, 'GET', '/health/ready'))
      .toMatchObject({
        status: 200,
        body: { degraded: [expect.stringContaining(`stalled: ${group}`), expect.anything()] },
      });
  }
  expect(await append(bystander, 'served')).toMatchObject({ status: 201 });
  // No leader serves it: refused, or given up on while an attempt is under way.
  expect([503, 504]).toContain((await append(stalled, 'refused')).status);

  const path = `/api/admin/groups/${group}`;
  const { body } = await cluster.call('n2', 'GET', path);
  const replicas = body.stalled as unknown as { index: number; term: number; digest: string }[];
  expect(replicas).toHaveLength(3);
  expect(replicas).toMatchObject(
    ['n1', 'n2', 'n3'].map((id) => ({
      node_id: id,
      reason: 'unsupported',
      entry_type: 'translate',
    })),
  );
  const { index = 0, term = 0, digest = '' } = replicas[0] ?? {};
  // Also in what every node reports of itself, for the operators' screens.
  await expect
    .poll(async () => (await cluster.call('n1', 'GET', path)).body.group)
    .toMatchObject({ replicas: Array(3).fill({ stall: { index, reason: 'unsupported' } }) });
  const revive = (entry: object) => cluster.call('n3', 'POST', `${path}/revive`, { body: entry });
  expect(await revive({ index: index + 1, term, digest })).toMatchObject({ status: 409 });
  expect(await revive({ index, term, digest: '0'.repeat(64) })).toMatchObject({ status: 409 });
  expect(await revive({ index, term, digest: 'x' })).toMatchObject({ status: 422 });
  expect(await revive({ index, term, digest })).toMatchObject({ status: 202 });
  await expect
    .poll(() => append(stalled, 'revived'))
    .toMatchObject({ status: 201, body: { message: { seq: 1 } } });
  await expect
    .poll(async () => (await cluster.call('n1', 'GET', '/api/admin/audit')).body.entries)
    .toContainEqual(
      expect.objectContaining({ kind: 'revive', by: 'api-key', group, entry_index: index }),
    );
  for (const id of ['n1', 'n2', 'n3'])
    await expect
      .poll(async () => (await cluster.call(id, 'GET', '/health/ready')).body.degraded)
      .toEqual([expect.stringContaining('Postgres')]);
  await stopAll();
  await cluster.revive();
  expect(await append(stalled, 'again')).toMatchObject({ body: { message: { seq: 2 } } });
});
