import type { PrivacyOperation } from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession } from './support/answers.ts';
import { tokenFor } from './support/cluster.ts';
import { OwnerBed, SETTLE } from './support/owner-bed.ts';

let bed: OwnerBed;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  bed = await OwnerBed.start();
}, 120_000);
afterAll(() => bed?.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
});
afterEach(() => agent.close());

async function flushAll(): Promise<void> {
  for (const node of ['n1', 'n2', 'n3']) await bed.cluster.insist(node, 'POST', '/api/admin/flush');
}

async function conversation(userId: string, text: string, agentId = 'keeper'): Promise<string> {
  const id = await openSession(bed.cluster, userId, { id: agentId, origin_url });
  await bed.say(id, userId, text);
  await expect.poll(async () => (await messagesOf(bed.cluster, id, 'n1')).length, SETTLE).toBe(2);
  return id;
}

const operationOf = async (id: string): Promise<PrivacyOperation> => {
  const path = `/api/admin/privacy/operations/${id}`;
  return (await bed.get<{ operation: PrivacyOperation }>(path)).operation;
};

test('a user is given everything, erased by an operator, and not while their data is held', async () => {
  const sessions = [await conversation('ann', 'a secret'), await conversation('ann', 'another')];
  const other = await conversation('bob', 'mine');
  const [ann, olga] = await Promise.all([tokenFor('ann'), tokenFor('olga', 'admin')]);
  const exported = await bed.cluster.call('n2', 'GET', '/api/export', { token: ann });
  expect(exported.status).toBe(200);
  expect(JSON.stringify(exported.body)).toContain('a secret');
  expect(exported.body.sessions).toHaveLength(2);
  const page = await bed.cluster.text('n3', 'GET', '/api/export?format=html', { token: ann });
  expect(page.text).toContain('a secret');
  expect(
    (await bed.cluster.call('n1', 'GET', '/api/export?user_id=bob', { token: ann })).status,
  ).toBe(403);

  const hold = '/api/admin/legal-holds/ann';
  const placed = await bed.cluster.call('n1', 'PUT', hold, {
    body: { reason: 'Case 7' },
    token: olga,
  });
  expect(placed).toMatchObject({
    status: 200,
    body: { holds: [{ user_id: 'ann', reason: 'Case 7', placed_by: 'olga', lifted_at: null }] },
  });
  const operations = '/api/admin/privacy/operations';
  const body = { kind: 'erase-user', user_id: 'ann' };
  const start = () => bed.cluster.call('n1', 'POST', operations, { body, token: olga });
  await expect.poll(async () => (await start()).status, SETTLE).toBe(409);
  const own = `/api/sessions/${sessions[0]}/erase`;
  await expect
    .poll(async () => (await bed.cluster.once('n2', 'POST', own, { token: ann })).status, SETTLE)
    .toBe(409);
  expect((await bed.cluster.call('n3', 'DELETE', hold, { token: olga })).status).toBe(200);

  await flushAll();
  const begun = await start();
  expect(begun).toMatchObject({ status: 202, body: { operation: { requested_by: 'olga' } } });
  const { id } = (begun.body as unknown as { operation: PrivacyOperation }).operation;
  await expect.poll(async () => (await operationOf(id)).state, SETTLE).toBe('done');
  expect(await operationOf(id)).toMatchObject({ done: 2, total: 2, subject: 'ann' });
  for (const session of sessions) {
    const path = `/api/sessions/${session}/messages`;
    expect((await bed.cluster.call('n2', 'GET', path)).status).toBe(404);
  }
  expect(await messagesOf(bed.cluster, other, 'n1')).toHaveLength(2);
  await flushAll();
  const found = await bed.cluster.call('n1', 'GET', '/api/search?q=secret', { token: ann });
  expect(found.body).toMatchObject({ results: [] });
  const listed = await bed.get<{ operations: PrivacyOperation[] }>(operations, 'n2');
  expect(listed.operations.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(
    expect.arrayContaining(['erase-user ann', 'export-user ann']),
  );
  expect((await bed.cluster.call('n1', 'GET', operations, { token: ann })).status).toBe(403);
});

test('an operation that its node leaves is taken up by another', async () => {
  await conversation('cleo', 'to be erased', 'other-keeper');
  await flushAll();
  const body = { kind: 'erase-user', user_id: 'cleo' };
  const begun = await bed.cluster.call('n3', 'POST', '/api/admin/privacy/operations', { body });
  const { id } = (begun.body as unknown as { operation: PrivacyOperation }).operation;
  await bed.cluster.node('n3').kill('SIGKILL');
  await expect
    .poll(async () => (await operationOf(id)).state, { timeout: 60_000, interval: 200 })
    .toBe('done');
  const token = await tokenFor('cleo');
  const list = await bed.cluster.insist('n1', 'GET', '/api/sessions', { token });
  expect(list.body).toMatchObject({ sessions: [] });
  await bed.cluster.revive();
});
