import { sessionAnswerSchema } from '@fleetlm/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster, tokenFor } from './support/cluster.ts';

let cluster: TestCluster;
let id: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  id = await cluster.createSession('ann');
});
afterAll(() => cluster.close());

async function patch(body: unknown, user = 'ann') {
  const token = await tokenFor(user);
  return cluster.call('n2', 'PATCH', `/api/sessions/${id}`, { body, token });
}

test('a conversation is named, archived and brought back, on whichever node', async () => {
  const named = await patch({ metadata: { title: 'Refund' } });
  expect(named.status).toBe(200);
  expect(sessionAnswerSchema.parse(named.body).session.metadata).toEqual({ title: 'Refund' });
  const socket = await cluster.socket('n3', 'ann');
  const inbox = await socket.timeout(5_000).emitWithAck('inbox:join', {});
  expect(inbox.sessions).toMatchObject([{ session_id: id, title: 'Refund' }]);
  expect((await patch({ status: 'archived' })).body).toMatchObject({
    session: { status: 'archived' },
  });
  const message = { user_id: 'ann', content: { text: 'Hello' } };
  const say = () => cluster.call('n1', 'POST', `/api/sessions/${id}/messages`, { body: message });
  expect((await say()).status).toBe(409);
  expect((await patch({ status: 'active' })).body).toMatchObject({
    session: { status: 'active', metadata: { title: 'Refund' } },
  });
  expect((await say()).status).toBe(201);
});

test('an inbox of more than its newest 500 conversations comes in pages, on every node', async () => {
  for (let made = 0; made < 510; made += 30)
    await Promise.all(Array.from({ length: 30 }, () => cluster.createSession('ida')));
  const seen: string[] = [];
  const names = (answer: { readonly sessions: readonly { readonly session_id: string }[] }) =>
    answer.sessions.map(({ session_id }) => session_id);
  const newest = await (await cluster.socket('n1', 'ida'))
    .timeout(5_000)
    .emitWithAck('inbox:join', {});
  seen.push(...names(newest));
  expect(seen.length).toBe(500);
  const socket = await cluster.socket('n2', 'ida');
  const page = await socket.timeout(5_000).emitWithAck('inbox:page', { before: newest.next });
  expect(page).toMatchObject({ ok: true, next: null });
  seen.push(...names(page));
  expect(new Set(seen).size).toBe(510);
  expect(await socket.timeout(5_000).emitWithAck('inbox:page', { before: 'x' })).toMatchObject({
    ok: false,
    error: { code: 'invalid_request' },
  });
});

test('no other may, and nothing is asked for in vain', async () => {
  expect((await patch({ status: 'archived' }, 'bob')).status).toBe(404);
  expect((await patch({})).status).toBe(422);
  expect((await patch({ status: 'deleted' })).status).toBe(422);
});

test('a search without Postgres says so', async () => {
  const token = await tokenFor('ann');
  const { status, body } = await cluster.call('n1', 'GET', '/api/search?q=hello', { token });
  expect(status).toBe(503);
  expect(body).toMatchObject({ code: 'archive_unavailable', retryable: true });
  expect((await cluster.call('n1', 'GET', '/api/search?q=h', { token })).status).toBe(422);
});

test('a conversation that its user erases is gone on every node and device, and no other user may', async () => {
  const session = await cluster.createSession('eve');
  const kept = await cluster.createSession('eve');
  const path = `/api/sessions/${session}`;
  const [eve, bob] = await Promise.all([tokenFor('eve'), tokenFor('bob')]);
  const body = { user_id: 'eve', content: { text: 'a secret' } };
  expect((await cluster.call('n1', 'POST', `${path}/messages`, { body })).status).toBe(201);
  const phone = await cluster.socket('n3', 'eve');
  await phone.timeout(5_000).emitWithAck('inbox:join', {});
  const published = new Promise<{ sessions: readonly object[] }>((resolve) =>
    phone.on('inbox:delta', (delta: { sessions: readonly { status?: string }[] }) => {
      if (delta.sessions.some(({ status }) => status === 'erased')) resolve(delta);
    }),
  );
  expect((await cluster.call('n2', 'POST', `${path}/erase`, { token: bob })).status).toBe(404);
  expect((await cluster.call('n2', 'POST', `${path}/erase`, { token: eve })).status).toBe(204);
  expect((await published).sessions).toMatchObject([
    { session_id: session, status: 'erased', title: null, last_message: null },
  ]);
  for (const node of ['n1', 'n2', 'n3']) {
    for (const gone of [path, `${path}/messages`])
      expect((await cluster.call(node, 'GET', gone, { token: eve })).status).toBe(404);
    const { body: list } = await cluster.call(node, 'GET', '/api/sessions', { token: eve });
    expect(list.sessions).toMatchObject([{ id: kept }]);
  }
  expect((await cluster.call('n1', 'POST', `${path}/messages`, { body })).status).toBe(404);
  expect((await cluster.call('n1', 'POST', `${path}/erase`, { token: eve })).status).toBe(404);
});
