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

test('of two devices that answer the same message, one is refused and learns what it missed', async () => {
  const session = await cluster.createSession('una');
  const path = `/api/sessions/${session}/messages`;
  const post = (node: string, text: string, expected_seq?: number) =>
    cluster.call(node, 'POST', path, { body: { user_id: 'una', content: { text }, expected_seq } });
  expect((await post('n1', 'one', 0)).status).toBe(201);
  const both = await Promise.all([post('n2', 'two', 1), post('n3', 'also two', 1)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
    code: 'conflict',
    retryable: false,
    last_seq: 2,
  });
  const socket = await cluster.socket('n1', 'una');
  const send = (client_message_id: string, expected_seq: number) =>
    socket.timeout(5_000).emitWithAck('session:send', {
      session_id: session,
      client_message_id,
      expected_seq,
      content: { text: 'three' },
    });
  const refused = await send('c1', 1);
  expect(refused).toMatchObject({ ok: false, error: { code: 'conflict', last_seq: 2 } });
  expect(await send('c1', 2)).toMatchObject({ ok: true, seq: 3, duplicate: false });
  expect(await send('c1', 2)).toMatchObject({ ok: true, seq: 3, duplicate: true });
  const wrong = await cluster.call('n1', 'POST', path, {
    body: { user_id: 'una', content: { text: 'x' }, expected_seq: -1 },
  });
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ path: 'expected_seq' }] } });
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
