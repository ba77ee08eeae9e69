import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';

interface Ack {
  readonly ok: boolean;
  readonly seq?: number;
  readonly id?: string;
  readonly duplicate?: boolean;
  readonly error?: { readonly code: string; readonly retryable: boolean };
  readonly messages?: readonly { readonly seq: number }[];
  readonly last_seq?: number;
}

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
// One failure must not fail the tests after it: each finds three nodes.
afterEach(() => cluster.revive());
afterAll(() => cluster.close());

const emit = (socket: Socket, event: string, payload: unknown): Promise<Ack> =>
  socket.timeout(8000).emitWithAck(event, payload);

const send = (socket: Socket, sessionId: string, text: string, id = text): Promise<Ack> =>
  emit(socket, 'session:send', { session_id: sessionId, client_message_id: id, content: { text } });

async function history(sessionId: string, through = 'n1') {
  const { status, body } = await cluster.call(
    through,
    'GET',
    `/api/sessions/${sessionId}/messages?after_seq=0&limit=500`,
  );
  expect(status).toBe(200);
  return body.messages as unknown as { seq: number; id: string; content: { text: string } }[];
}

test('messages sent through every node are one conversation, numbered from 1 without a gap', async () => {
  const sessionId = await cluster.createSession('ann');
  const sockets = await Promise.all(['n1', 'n2', 'n3'].map((id) => cluster.socket(id, 'ann')));
  for (let round = 0; round < 5; round += 1) {
    for (const [at, socket] of sockets.entries()) {
      expect(await send(socket, sessionId, `${round}-${at}`)).toMatchObject({
        ok: true,
        seq: round * 3 + at + 1,
        duplicate: false,
      });
    }
  }
  for (const through of ['n1', 'n2', 'n3']) {
    const messages = await history(sessionId, through);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 15 }, (_, at) => at + 1));
  }
});

test('the same client message id through another node is the same message', async () => {
  const sessionId = await cluster.createSession('bob');
  const first = await send(await cluster.socket('n1', 'bob'), sessionId, 'once', 'id-1');
  const again = await send(await cluster.socket('n2', 'bob'), sessionId, 'once', 'id-1');
  expect(again).toMatchObject({ ok: true, seq: first.seq, id: first.id, duplicate: true });
  expect(await history(sessionId)).toHaveLength(1);
});

test('a subscriber on any node receives every message, in order; a join replays what was missed', async () => {
  const sessionId = await cluster.createSession('cleo');
  const sender = await cluster.socket('n1', 'cleo');
  const seqs: number[] = [];
  const listener = await cluster.socket('n3', 'cleo');
  listener.on('session:message', (message: { seq: number }) => seqs.push(message.seq));
  expect(
    await emit(listener, 'session:join', { session_id: sessionId, last_seq: 0 }),
  ).toMatchObject({ ok: true, messages: [] });
  for (let number = 1; number <= 20; number += 1) await send(sender, sessionId, `m${number}`);
  await expect.poll(() => seqs.length).toBe(20);
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  const late = await emit(await cluster.socket('n2', 'cleo'), 'session:join', {
    session_id: sessionId,
    last_seq: 15,
  });
  expect(late.messages?.map(({ seq }) => seq)).toEqual([16, 17, 18, 19, 20]);
});

test('kill -9 of each node in turn under load: nothing acknowledged is lost, doubled or out of order', async () => {
  const sessions = await Promise.all(
    ['dan', 'eve', 'fay', 'gus'].map(async (user) => ({
      user,
      id: await cluster.createSession(user),
    })),
  );
  const acked = new Map<string, { text: string; seq: number }[]>(
    sessions.map(({ id }) => [id, []]),
  );
  for (const victim of ['n1', 'n2', 'n3']) {
    const through = victim === 'n1' ? 'n2' : 'n1';
    let running = true;
    const work = sessions.map(async ({ user, id }) => {
      const socket = await cluster.socket(through, user);
      for (let number = 0; running; number += 1) {
        const text = `${victim}-${number}`;
        // What any client does: the same message again until it has a definite answer.
        let ack = await send(socket, id, text).catch(() => null);
        while (ack?.ok !== true) ack = await send(socket, id, text).catch(() => null);
        acked.get(id)?.push({ text, seq: ack.seq ?? 0 });
      }
    });
    const count = (): number => [...acked.values()].reduce((sum, list) => sum + list.length, 0);
    const before = count();
    await expect.poll(count).toBeGreaterThan(before + 40);
    await cluster.node(victim).kill('SIGKILL');
    const after = count();
    await expect.poll(count).toBeGreaterThan(after + 40);
    running = false;
    await Promise.all(work);
    cluster.startNode(victim);
    await cluster.ready(victim);
  }
  for (const { id } of sessions) {
    const messages = await history(id, 'n3');
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1));
    const texts = messages.map(({ content }) => content.text);
    expect(new Set(texts).size).toBe(texts.length);
    for (const { text, seq } of acked.get(id) ?? []) expect(texts[seq - 1]).toBe(text);
  }
});

test('without a quorum a send is refused, definitely, and nothing of it is kept', async () => {
  const sessionId = await cluster.createSession('hal');
  const socket = await cluster.socket('n1', 'hal');
  await send(socket, sessionId, 'before');
  await Promise.all([cluster.node('n2').kill('SIGKILL'), cluster.node('n3').kill('SIGKILL')]);
  // A leader that hasn't noticed yet takes the message into its log and can promise nothing about it.
  await expect
    .poll(async () => (await fetch(`${cluster.node('n1').url}/health/ready`)).text())
    .toContain(`${cluster.groups} groups have no leader in contact`);
  const { status, body } = await cluster.call('n1', 'POST', `/api/sessions/${sessionId}/messages`, {
    body: { user_id: 'hal', content: { text: 'into the void' } },
  });
  expect({ status, code: body.code, retryable: body.retryable }).toEqual({
    status: 503,
    code: 'no_quorum',
    retryable: true,
  });
  expect(await send(socket, sessionId, 'void too')).toMatchObject({
    ok: false,
    error: { code: 'no_quorum', retryable: true },
  });
  expect((await fetch(`${cluster.node('n1').url}/health/ready`)).status).toBe(503);
  await cluster.revive();
  await expect.poll(async () => (await send(socket, sessionId, 'after')).ok).toBe(true);
  const texts = (await history(sessionId)).map(({ content }) => content.text);
  expect(texts).toEqual(['before', 'after']);
});

test('all three killed at once and started again: every acknowledged message is there', async () => {
  const sessionId = await cluster.createSession('ida');
  const socket = await cluster.socket('n2', 'ida');
  for (let number = 1; number <= 30; number += 1) await send(socket, sessionId, `m${number}`);
  await Promise.all(['n1', 'n2', 'n3'].map((id) => cluster.node(id).kill('SIGKILL')));
  for (const id of ['n1', 'n2', 'n3']) cluster.startNode(id);
  await Promise.all(['n1', 'n2', 'n3'].map((id) => cluster.ready(id)));
  expect((await history(sessionId)).map(({ content }) => content.text)).toEqual(
    Array.from({ length: 30 }, (_, at) => `m${at + 1}`),
  );
});

test('SIGTERM ends a node with code 0 within 10 seconds, and the others go on at once', async () => {
  const sessionId = await cluster.createSession('joe');
  const socket = await cluster.socket('n1', 'joe');
  const startedAt = performance.now();
  expect(await cluster.node('n2').kill('SIGTERM')).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(await send(socket, sessionId, 'still here')).toMatchObject({ ok: true });
});
