import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  delta,
  FakeAgent,
  HELLO,
  OPENING,
  sse,
  stream,
} from '../src/effects/dispatch/testing/fake-agent.ts';
import {
  emit,
  leaderOf,
  messagesOf,
  openSession,
  textOf,
  textOfChunks,
  type WireChunk,
} from './support/answers.ts';
import { TestCluster } from './support/cluster.ts';

let cluster: TestCluster;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
});
afterEach(async () => {
  await agent.close();
  // A node that a failed test killed must not take the others along.
  await cluster.revive();
});

const NODES = ['n1', 'n2', 'n3'] as const;
const WORD_MS = 20;

/** Says "w1 w2 w3 ..." until it is made to end, or the call is closed. */
function dripping(): { readonly sent: () => string; end(): void } {
  let word = 0;
  let end = (): void => undefined;
  agent.handler = (_, response) => {
    if (agent.calls.length > 1) return;
    stream(response).write(sse(...OPENING));
    const drip = setInterval(() => {
      word += 1;
      response.write(sse(delta(`w${word} `)));
    }, WORD_MS);
    response.once('close', () => clearInterval(drip));
    end = () => {
      clearInterval(drip);
      response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' }));
    };
  };
  return {
    sent: () => Array.from({ length: word }, (_, at) => `w${at + 1} `).join(''),
    end: () => end(),
  };
}

interface Device {
  readonly socket: Socket;
  readonly chunks: {
    readonly epoch: number;
    readonly attempt: number;
    readonly chunk: WireChunk;
  }[];
  /** Chunks of an epoch that came after it had ended. */
  readonly late: unknown[];
  text(): string;
}

async function device(nodeId: string, userId: string, sessionId: string): Promise<Device> {
  const socket = await cluster.socket(nodeId, userId);
  const chunks: Device['chunks'] = [];
  const late: unknown[] = [];
  let ended = 0;
  socket.on('session:chunk', (event: Device['chunks'][number]) => {
    if (event.epoch <= ended) late.push(event);
    chunks.push(event);
  });
  socket.on('session:status', ({ status, epoch }: { status: string; epoch: number }) => {
    if (status === 'idle' || status === 'failed') ended = Math.max(ended, epoch);
    else ended = Math.max(ended, epoch - 1);
  });
  expect(await emit(socket, 'session:join', { session_id: sessionId, last_seq: 0 })).toMatchObject({
    ok: true,
  });
  return {
    socket,
    chunks,
    late,
    text: () => textOfChunks(chunks.map(({ chunk }) => chunk)),
  };
}

const send = (socket: Socket, sessionId: string, text: string) =>
  emit(socket, 'session:send', {
    session_id: sessionId,
    client_message_id: text,
    content: { text },
  });

const others = (nodeId: string): readonly [string, string] => {
  const [first = '', second = ''] = NODES.filter((id) => id !== nodeId);
  return [first, second];
};

/** Enough words for two notes in the log. */
const LONG = 70;

/**
 * A long answer on a screen, and the node that streams it. A machine that is busy may have moved the leader, so it is asked
 * for when the answer is there; a call that was moved before its first words would not be what the tests are about.
 */
async function watched(sessionId: string, userId: string) {
  const screens = new Map<string, Device>();
  for (const nodeId of NODES) screens.set(nodeId, await device(nodeId, userId, sessionId));
  const [first] = screens.values();
  if (first === undefined) throw new Error('no device');
  await send(first.socket, sessionId, 'tell me');
  await expect.poll(() => first.text().split(' ').length).toBeGreaterThan(LONG);
  expect(agent.calls).toHaveLength(1);
  const victim = await leaderOf(cluster, sessionId, 'n1');
  const [near, far] = others(victim);
  const screen = screens.get(near);
  if (screen === undefined) throw new Error(`no device at ${near}`);
  return { victim, near, far, screen };
}

test('late joiners on every node get the answer from its first chunk, merged, and go on with it', async () => {
  const sessionId = await openSession(cluster, 'ann', { id: 'late', origin_url });
  const { sent, end } = dripping();
  const first = await device('n1', 'ann', sessionId);
  await send(first.socket, sessionId, 'tell me');
  await expect.poll(() => first.text().split(' ').length).toBeGreaterThan(10);
  for (const nodeId of NODES) {
    const socket = await cluster.socket(nodeId, 'ann');
    const live: { index: number; chunk: WireChunk }[] = [];
    socket.on('session:chunk', (event: (typeof live)[number]) => live.push(event));
    const { stream: so } = await emit(socket, 'session:join', {
      session_id: sessionId,
      last_seq: 0,
    });
    expect(so?.chunks.length).toBeLessThanOrEqual(3);
    await expect.poll(() => live.length).toBeGreaterThan(3);
    expect(live[0]?.index).toBe(so?.next_index);
    const text = textOfChunks(so?.chunks ?? []) + textOfChunks(live.map(({ chunk }) => chunk));
    expect(sent().startsWith(text)).toBe(true);
  }
  end();
  await expect
    .poll(async () => (await messagesOf(cluster, sessionId, 'n2')).map(textOf).at(-1)?.trim())
    .toBe(sent().trim());
});

test('retry: kill -9 of the streaming node takes nothing off the screen, and the work is taken up again', async () => {
  const sessionId = await openSession(cluster, 'bea', { id: 'retrying', origin_url });
  const { sent } = dripping();
  const { victim, near, far, screen } = await watched(sessionId, 'bea');
  let answerAgain = (): void => undefined;
  agent.handler = (_, response) => {
    answerAgain = () => stream(response).end(sse(...HELLO));
  };
  await cluster.node(victim).kill('SIGKILL');
  const shown = screen.text();
  await expect.poll(() => agent.calls.length).toBe(2);
  expect(agent.calls[1]?.headers['webhook-id']).toBe(agent.calls[0]?.headers['webhook-id']);
  const ids = new Set<unknown>();
  for (const nodeId of [near, far]) {
    const socket = await cluster.socket(nodeId, 'bea');
    const { stream: so } = await emit(socket, 'session:join', {
      session_id: sessionId,
      last_seq: 0,
    });
    const text = textOfChunks(so?.chunks ?? []);
    expect(shown.startsWith(text) || sent().startsWith(text)).toBe(true);
    // What was streamed in the last half second may be missing, the time of the checkpoint included.
    expect(text.length).toBeGreaterThan(shown.length / 3);
    ids.add(so?.chunks[0]?.messageId);
  }
  answerAgain();
  await expect.poll(async () => (await messagesOf(cluster, sessionId, near)).length).toBe(2);
  const answer = (await messagesOf(cluster, sessionId, near)).at(-1);
  expect(answer).toMatchObject({ metadata: { epoch: 1, termination: 'finish' } });
  expect([...ids]).toEqual([answer?.id]);
  cluster.startNode(victim);
  await cluster.ready(victim);
  expect((await messagesOf(cluster, sessionId, victim)).map(({ seq }) => seq)).toEqual([1, 2]);
});

test('seal: after kill -9 what was on the screen is kept as it stands, and the agent is not called again', async () => {
  const settings = { id: 'sealing', origin_url, after_node_loss: 'seal' };
  const sessionId = await openSession(cluster, 'cid', settings);
  dripping();
  const { victim, near, screen } = await watched(sessionId, 'cid');
  await cluster.node(victim).kill('SIGKILL');
  const shown = screen.text();
  await expect.poll(async () => (await messagesOf(cluster, sessionId, near)).length).toBe(2);
  const answer = (await messagesOf(cluster, sessionId, near)).at(-1);
  expect(answer).toMatchObject({ metadata: { epoch: 1, termination: 'disconnect' } });
  const kept = answer === undefined ? '' : textOf(answer);
  expect(shown.startsWith(kept)).toBe(true);
  expect(kept.length).toBeGreaterThan(shown.length / 3);
  expect(agent.calls).toHaveLength(1);
  cluster.startNode(victim);
  await cluster.ready(victim);
});

test('stop: no device of any node receives anything of it afterwards, and all have the same partial answer', async () => {
  const sessionId = await openSession(cluster, 'dan', { id: 'stopped', origin_url });
  dripping();
  const devices = await Promise.all(NODES.map((nodeId) => device(nodeId, 'dan', sessionId)));
  const [sender] = devices;
  if (sender === undefined) throw new Error('no device');
  await send(sender.socket, sessionId, 'tell me');
  await expect.poll(() => sender.text().split(' ').length).toBeGreaterThan(10);
  expect(await emit(sender.socket, 'session:stop', { session_id: sessionId })).toMatchObject({
    ok: true,
  });
  await expect.poll(() => agent.open).toBe(0);
  // One more turn, so that everything that was on its way has arrived everywhere.
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  await send(sender.socket, sessionId, 'go on');
  await expect
    .poll(() => devices.every(({ chunks }) => chunks.some(({ epoch }) => epoch === 2)))
    .toBe(true);
  const partials = await Promise.all(
    NODES.map(async (nodeId) =>
      textOf((await messagesOf(cluster, sessionId, nodeId))[1] ?? NOTHING),
    ),
  );
  expect(new Set(partials).size).toBe(1);
  for (const { late, chunks } of devices) {
    expect(late).toEqual([]);
    const shown = textOfChunks(chunks.filter(({ epoch }) => epoch === 1).map(({ chunk }) => chunk));
    expect(partials[0]).toBe(shown);
  }
  expect((await messagesOf(cluster, sessionId, 'n1'))[1]).toMatchObject({
    metadata: { termination: 'stop', epoch: 1 },
  });
});

const NOTHING = { id: '', seq: 0, kind: '', sender_id: '', content: {}, metadata: {} } as const;

test('reject: a message while it answers is a conflict that says why, on REST and on sockets', async () => {
  const settings = { id: 'rejecting', origin_url, while_answering: 'reject' };
  const sessionId = await openSession(cluster, 'eve', settings);
  const { end } = dripping();
  const screen = await device('n2', 'eve', sessionId);
  await send(screen.socket, sessionId, 'tell me');
  await expect.poll(() => screen.chunks.length).toBeGreaterThan(3);
  expect(await send(screen.socket, sessionId, 'and')).toMatchObject({
    ok: false,
    error: { code: 'conflict', retryable: false, message: expect.stringContaining('answering') },
  });
  const path = `/api/sessions/${sessionId}/messages`;
  const body = { user_id: 'eve', content: { text: 'and' } };
  const rest = await cluster.call('n3', 'POST', path, { body });
  expect(rest).toMatchObject({
    status: 409,
    body: { code: 'conflict', detail: expect.stringContaining('still answering') },
  });
  end();
  await expect
    .poll(async () => (await cluster.call('n3', 'POST', path, { body })).status)
    .toBe(201);
});

test('interrupt: the message ends the answer, through whatever node it comes', async () => {
  const settings = { id: 'interrupted', origin_url, while_answering: 'interrupt' };
  const sessionId = await openSession(cluster, 'fay', settings);
  dripping();
  const screen = await device('n3', 'fay', sessionId);
  await send(screen.socket, sessionId, 'tell me');
  await expect.poll(() => screen.text().split(' ').length).toBeGreaterThan(5);
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  const body = { user_id: 'fay', content: { text: 'no, this' } };
  await cluster.call('n1', 'POST', `/api/sessions/${sessionId}/messages`, { body });
  await expect.poll(async () => (await messagesOf(cluster, sessionId, 'n1')).length).toBe(4);
  const messages = await messagesOf(cluster, sessionId, 'n1');
  expect(messages.map(({ metadata }) => metadata.termination ?? 'user')).toEqual([
    'user',
    'stop',
    'user',
    'finish',
  ]);
  expect(screen.late).toEqual([]);
  const shown = textOfChunks(
    screen.chunks.filter(({ epoch }) => epoch === 1).map(({ chunk }) => chunk),
  );
  expect(textOf(messages[1] ?? NOTHING)).toBe(shown);
});

test('merge: two messages in a row are one turn, also when the call had begun', async () => {
  const settings = {
    id: 'merging',
    origin_url,
    while_answering: 'merge',
    debounce_window_ms: 2_000,
  };
  const sessionId = await openSession(cluster, 'gus', settings);
  agent.handler = (_, response) => {
    if (agent.calls.length > 1) stream(response).end(sse(...HELLO));
  };
  const screen = await device('n1', 'gus', sessionId);
  await send(screen.socket, sessionId, 'hello');
  await expect.poll(() => agent.calls.length).toBe(1);
  await send(screen.socket, sessionId, 'there');
  await expect
    .poll(async () => (await messagesOf(cluster, sessionId, 'n1')).map(textOf))
    .toEqual(['hello', 'there', 'Hello']);
  const sent = JSON.parse(agent.calls[1]?.body ?? '{}').messages.map(
    ({ seq }: { seq: number }) => seq,
  );
  expect(sent).toEqual([1, 2]);
});

test('an agent that is gone (410) is disabled, and the work has failed visibly', async () => {
  const sessionId = await openSession(cluster, 'hal', { id: 'gone', origin_url });
  agent.handler = (_, response) => response.writeHead(410).end();
  const screen = await device('n2', 'hal', sessionId);
  const statuses: string[] = [];
  screen.socket.on('session:status', ({ status }: { status: string }) => statuses.push(status));
  await send(screen.socket, sessionId, 'hello?');
  await expect.poll(() => statuses.at(-1)).toBe('failed');
  const { body } = await cluster.call('n1', 'GET', '/api/agents/gone');
  expect(body).toMatchObject({ agent: { status: 'disabled' } });
});
