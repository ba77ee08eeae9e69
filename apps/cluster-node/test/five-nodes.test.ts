import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { emit, messagesOf, openSession, textOf, textOfChunks } from './support/answers.ts';
import { TestCluster } from './support/cluster.ts';
import { gate, SdkAgent, say, TEXT, word } from './support/sdk-agent.ts';

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'] as const;

let cluster: TestCluster;
const agent = new SdkAgent();
let agentUrl: string;

beforeAll(async () => {
  agentUrl = await agent.listen();
  cluster = await TestCluster.start({ size: 5 });
});
afterEach(() => cluster.revive());
afterAll(async () => {
  agent.close();
  await cluster.close();
});

/** A session, the nodes that hold it, and those that don't. */
async function session(userId: string, agentId = 'sdk', debounceMs = 0) {
  const id = await openSession(cluster, userId, {
    id: agentId,
    origin_url: agentUrl,
    debounce_window_ms: debounceMs,
  });
  const { body } = await cluster.call('n1', 'GET', `/api/admin/groups/${Number.parseInt(id, 16)}`);
  const { voters } = (body as unknown as { group: { voters: readonly string[] } }).group;
  return { id, holders: voters, others: NODES.filter((node) => !voters.includes(node)) };
}

async function metric(nodeId: string, name: string): Promise<number> {
  const text = await (await fetch(`${cluster.node(nodeId).url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

interface Received {
  readonly seqs: number[];
  readonly texts: string[];
  readonly chunks: { readonly key: string; readonly index: number; readonly delta: string }[];
  readonly statuses: string[];
  resyncs: number;
}

/** A client that does what the SDK does: joins, and joins again from what it has when it is asked to. */
async function listen(through: string, userId: string, sessionId: string): Promise<Received> {
  const received: Received = { seqs: [], texts: [], chunks: [], statuses: [], resyncs: 0 };
  const socket = await cluster.socket(through, userId);
  const join = async (): Promise<void> => {
    const lastSeq = received.seqs.at(-1) ?? 0;
    const ack = await emit(socket, 'session:join', { session_id: sessionId, last_seq: lastSeq });
    const { messages = [] } = ack as unknown as { messages?: WireMessage[] };
    for (const message of messages) note(message);
    if (ack.stream === undefined) return;
    const { epoch, attempt, next_index: next, chunks } = ack.stream;
    const key = `${epoch}/${attempt}`;
    received.chunks.splice(0, received.chunks.length, {
      key,
      index: next - 1,
      delta: textOfChunks(chunks),
    });
  };
  const note = (message: WireMessage): void => {
    // A client that joins again while it is live may get a message twice.
    if (received.resyncs > 0 && received.seqs.includes(message.seq)) return;
    received.seqs.push(message.seq);
    received.texts.push(textOf({ ...message, id: '', sender_id: '', kind: '', metadata: {} }));
  };
  socket.on('session:message', note);
  socket.on('session:status', ({ status }: { status: string }) => received.statuses.push(status));
  socket.on('session:chunk', (event: WireChunk) =>
    received.chunks.push({
      key: `${event.epoch}/${event.attempt}`,
      index: event.index,
      delta: event.chunk.delta ?? '',
    }),
  );
  socket.on('resync', () => {
    received.resyncs += 1;
    void join();
  });
  await join();
  return received;
}

interface WireMessage {
  readonly seq: number;
  readonly content: { readonly text?: string };
}
interface WireChunk {
  readonly epoch: number;
  readonly attempt: number;
  readonly index: number;
  readonly chunk: { readonly delta?: string };
}

const send = (socket: Socket, sessionId: string, text: string) =>
  emit(socket, 'session:send', {
    session_id: sessionId,
    client_message_id: text,
    content: { text },
  });

/** What any client does: the same message again until it has a definite answer. */
async function sendUntilDone(socket: Socket, sessionId: string, text: string): Promise<void> {
  await expect
    .poll(async () => (await send(socket, sessionId, text).catch(() => null))?.ok)
    .toBe(true);
}

const ascending = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

/** Of every attempt each chunk once, and none left out. */
function expectWhole(chunks: Received['chunks']): void {
  const next = new Map<string, number>();
  for (const { key, index } of chunks) {
    expect(index, JSON.stringify(chunks)).toBe(next.get(key) ?? index);
    next.set(key, index + 1);
  }
}

test('a node without a replica serves everything: send, read, join, inbox, live chunks', async () => {
  const { id, others } = await session('ann');
  expect(others).toHaveLength(2);
  const [through = '', second = ''] = others;
  const socket = await cluster.socket(through, 'ann');
  const deltas: { version: number; sessions: { last_seq: number }[] }[] = [];
  socket.on('inbox:delta', (delta) => deltas.push(delta));
  expect(await emit(socket, 'inbox:join', {})).toMatchObject({
    ok: true,
    sessions: [{ session_id: id, last_seq: 0 }],
  });
  const received = await listen(through, 'ann', id);
  const elsewhere = await listen(second, 'ann', id);
  const opened = gate();
  agent.script = async function* () {
    yield TEXT.start;
    for (const part of ['one ', 'two ', 'three ']) yield word(part);
    await opened.passed;
    yield* say('four');
  };
  expect(await send(socket, id, 'hello')).toMatchObject({ ok: true, seq: 1, duplicate: false });
  expect(await send(socket, id, 'hello')).toMatchObject({ ok: true, seq: 1, duplicate: true });
  for (const { chunks } of [received, elsewhere])
    await expect.poll(() => chunks.map(({ delta }) => delta).join('')).toBe('one two three ');
  const late = await listen(through, 'ann', id);
  expect(late.chunks.map(({ delta }) => delta).join('')).toBe('one two three ');
  opened.open();
  for (const { seqs, chunks, statuses } of [received, elsewhere, late]) {
    await expect.poll(() => seqs).toEqual([1, 2]);
    expectWhole(chunks);
    expect(chunks.map(({ delta }) => delta).join('')).toBe('one two three four');
    await expect.poll(() => statuses.at(-1)).toBe('idle');
  }
  await expect.poll(() => deltas.at(-1)?.sessions[0]?.last_seq).toBe(2);
  expect((await messagesOf(cluster, id, through)).map(textOf)).toEqual([
    'hello',
    'one two three four',
  ]);
});

test('kill -9 of the node that is followed: no message is missed, none comes twice', async () => {
  // It is not called meanwhile: chunks that are on their way when the node is lost can't be had again but by joining anew.
  const { id, holders, others } = await session('bob', 'patient', 60_000);
  const [through = '', from = ''] = others;
  const received = await listen(through, 'bob', id);
  const inbox = await cluster.socket(through, 'bob');
  const versions: number[] = [];
  let lastSeq = 0;
  inbox.on('inbox:delta', ({ version, sessions }) => {
    versions.push(version);
    lastSeq = sessions.at(-1).last_seq;
  });
  await emit(inbox, 'inbox:join', {});
  const socket = await cluster.socket(from, 'bob');
  const published = await Promise.all(
    holders.map((node) => metric(node, 'fleetlm_topics_published')),
  );
  const victim = holders[published.findIndex((count) => count > 0)] ?? '';
  expect(holders).toContain(victim);
  let running = true;
  let sent = 0;
  const work = (async () => {
    for (; running; sent += 1) await sendUntilDone(socket, id, `m${sent}`);
  })();
  await expect.poll(() => sent).toBeGreaterThan(20);
  await cluster.node(victim).kill('SIGKILL');
  const before = sent;
  await expect.poll(() => sent).toBeGreaterThan(before + 20);
  running = false;
  await work;
  const { length } = await messagesOf(cluster, id, from);
  await expect.poll(() => received.seqs.length).toBeGreaterThanOrEqual(length);
  expect(received.seqs).toEqual(ascending(length));
  expect(received.resyncs).toBe(0);
  await expect.poll(() => lastSeq).toBeGreaterThanOrEqual(length);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});

test('kill -9 of the node that is followed, in the middle of an answer: no chunk is missed or comes twice', async () => {
  const { id, holders, others } = await session('cleo');
  const [through = ''] = others;
  const received = await listen(through, 'cleo', id);
  const published = await Promise.all(
    holders.map((node) => metric(node, 'fleetlm_topics_published')),
  );
  const victim = holders[published.findIndex((count) => count > 0)] ?? '';
  const opened = gate();
  agent.script = async function* () {
    yield TEXT.start;
    yield word('It was ');
    await opened.passed;
    for (const part of ['a long ', 'story']) yield word(part);
    yield TEXT.end;
  };
  const socket = await cluster.socket(through, 'cleo');
  await sendUntilDone(socket, id, 'tell me');
  await expect.poll(() => received.chunks.at(-1)?.delta).toBe('It was ');
  await cluster.node(victim).kill('SIGKILL');
  opened.open();
  await expect.poll(() => received.seqs).toEqual([1, 2]);
  expectWhole(received.chunks);
  expect(received.texts.at(-1)).toContain('a long story');
});
