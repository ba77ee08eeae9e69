import { createServer, type Server as HttpServer } from 'node:http';
import type { Message } from '@fleetlm/conversation';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import type { Runtime, SessionEvent } from '../../runtime/runtime-api.ts';
import { createMetrics, type Metrics } from '../../telemetry/metrics.ts';
import { JOIN_BYTES_MAX, JOIN_PENDING_BYTES_MAX } from '../limits.ts';
import { watchSlowness } from './slow-socket.ts';
import { SocketRooms } from './socket-rooms.ts';
import { SocketSession } from './socket-session.ts';

const MESSAGES = 50;
const TEXT = '漢'.repeat(56_000);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const sessionIdOf = (number: number) =>
  `07-01J0000000000000000000${String(number).padStart(4, '0')}`;

function messageOf(sessionId: string, seq: number): Message {
  return {
    id: `01900000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    sessionId,
    seq,
    sender: { type: 'user', id: 'ann' },
    kind: 'text',
    payload: Buffer.from(JSON.stringify({ content: { text: TEXT }, metadata: {} })),
    insertedAtMs: 1_000 + seq,
  };
}

interface Ports {
  readonly reading?: { now: number; most: number };
  /** Called with every subscription, before it is live. */
  readonly subscribed?: (sessionId: string, sink: (event: SessionEvent) => void) => void;
}

/** A runtime in which every session holds MESSAGES messages of 170 kB. */
function runtimeOf({ reading = { now: 0, most: 0 }, subscribed }: Ports): Runtime {
  const session = (sessionId: string) => ({
    id: sessionId,
    userId: 'ann',
    agentId: 'bot',
    status: 'active',
    metadata: Buffer.from('{}'),
    lastSeq: MESSAGES,
    lastReadSeq: 0,
    insertedAtMs: 1,
    updatedAtMs: 1,
    dispatch: { status: 'idle', epoch: 0 },
  });
  const runtime = {
    getSession: async (sessionId: string) => ({ ok: true, value: session(sessionId) }),
    readMessages: async ({ sessionId, afterSeq }: { sessionId: string; afterSeq: number }) => {
      reading.now += 1;
      reading.most = Math.max(reading.most, reading.now);
      await new Promise((resolve) => setImmediate(resolve));
      reading.now -= 1;
      const seqs = Array.from({ length: MESSAGES - afterSeq }, (_, at) => afterSeq + 1 + at);
      const messages = seqs.slice(0, 24).map((seq) => messageOf(sessionId, seq));
      const hasMore = messages.length < seqs.length;
      return { ok: true, value: { messages, lastSeq: MESSAGES, hasMore } };
    },
    liveAnswer: async () => ({ ok: true, value: null }),
    subscribeSession: (sessionId: string, sink: (event: SessionEvent) => void) => {
      subscribed?.(sessionId, sink);
      return { ready: Promise.resolve('live'), close: () => undefined };
    },
  };
  return runtime as unknown as Runtime;
}

async function open(ports: Ports): Promise<{
  readonly client: Socket;
  readonly metrics: Metrics;
}> {
  const http: HttpServer = createServer();
  const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
  const runtime = runtimeOf(ports);
  const metrics = createMetrics();
  const rooms = new SocketRooms(server.of('/'), runtime);
  server.on('connection', (socket) => {
    const identity = {
      type: 'user',
      userId: 'ann',
      role: 'user',
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    } as const;
    const session = new SocketSession({
      socket,
      identity,
      rooms,
      runtime,
      metrics,
      take: () => undefined,
    });
    watchSlowness(socket, { metrics }, () => session.dropRooms());
    session.listen();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = io(`http://127.0.0.1:${address.port}`, { transports: ['websocket'] });
  closing.push(
    () => server.close(),
    () => client.close(),
  );
  await new Promise<void>((resolve) => client.once('connect', resolve));
  return { client, metrics };
}

interface Page {
  readonly messages: readonly { readonly seq: number }[];
  readonly has_more: boolean;
}

async function readAll(client: Socket, sessionId: string): Promise<readonly number[]> {
  const seqs: number[] = [];
  for (let hasMore = true; hasMore; ) {
    const payload = { session_id: sessionId, last_seq: seqs.at(-1) ?? 0 };
    const page: Page = await client.timeout(30_000).emitWithAck('session:join', payload);
    expect(page).toMatchObject({ ok: true });
    expect(page.messages.length).toBeGreaterThan(0);
    const bytes = Buffer.byteLength(JSON.stringify(page.messages));
    if (page.messages.length > 1) expect(bytes).toBeLessThan(JOIN_BYTES_MAX);
    seqs.push(...page.messages.map(({ seq }) => seq));
    hasMore = page.has_more;
  }
  return seqs;
}

test('a client that joins many conversations of large messages at once gets all of them over one connection', async () => {
  const reading = { now: 0, most: 0 };
  const { client, metrics } = await open({ reading });
  const reasons: string[] = [];
  client.on('disconnect', (reason) => reasons.push(reason));
  client.on('resync', () => reasons.push('resync'));
  const read = await Promise.all(
    Array.from({ length: 4 }, (_, number) => readAll(client, sessionIdOf(number))),
  );
  for (const seqs of read)
    expect(seqs).toEqual(Array.from({ length: MESSAGES }, (_, at) => at + 1));
  expect(reasons).toEqual([]);
  expect(await metrics.text()).not.toMatch(/fleetlm_slow_sockets_total\S* [1-9]/);
  // However many are asked for, one page is read at a time.
  expect(reading.most).toBe(1);
}, 60_000);

const LARGE_CHUNK = { type: 'text-delta', id: '1', delta: TEXT };

test.each<[string, (sessionId: string, index: number) => SessionEvent]>([
  ['message', (sessionId) => ({ type: 'message', message: messageOf(sessionId, MESSAGES + 1) })],
  ['chunk', (_, index) => ({ type: 'chunk', epoch: 1, attempt: 1, index, chunk: LARGE_CHUNK })],
])(
  'events during a join are kept up to their limit in bytes; beyond it the client must join again: %s',
  async (_, event) => {
    const { client } = await open({
      subscribed: (sessionId, sink) => {
        const events = Math.ceil(JOIN_PENDING_BYTES_MAX / Buffer.byteLength(TEXT)) + 1;
        for (let index = 0; index < events; index += 1) sink(event(sessionId, index));
      },
    });
    const resynced = new Promise((resolve) => client.once('resync', resolve));
    const payload = { session_id: sessionIdOf(1), last_seq: MESSAGES };
    expect(await client.timeout(30_000).emitWithAck('session:join', payload)).toMatchObject({
      ok: true,
    });
    await resynced;
  },
  30_000,
);
