import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { InboxEvent, Runtime } from '../../runtime/runtime-api.ts';
import { JOIN_MESSAGES_MAX, STREAM_BUFFER_BYTES_MAX } from '../limits.ts';
import { openGateways, TEST_QUOTAS, type TestGateway, testToken } from '../testing/test-gateway.ts';
import { FakeSession, messageOf, SESSION_ID } from './testing/fake-session.ts';
import { eventsOf, nextOf, type ReadEvent, restOf } from './testing/feed-reader.ts';

// Real connections: they are as fast as the machine has time for them.
vi.setConfig({ testTimeout: 30_000 });

const { open, closeAll } = openGateways();
const readers: AbortController[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.abort();
  await closeAll();
});

const PATH = `/api/sessions/${SESSION_ID}/events`;

async function follow(
  { url }: TestGateway,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  token?: string,
): Promise<Response> {
  const reader = new AbortController();
  readers.push(reader);
  return fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token ?? (await testToken())}`, ...headers },
    signal: reader.signal,
  });
}

const seqsOf = (events: readonly ReadEvent[]) =>
  events.flatMap(({ name, data }) => (name === 'session:message' ? [data.seq] : []));
const upTo = (last: number, after = 0) =>
  Array.from({ length: last - after }, (_, at) => after + 1 + at);

describe('the feed of a session', () => {
  test('brings what was missed, then `session:joined`, then what happens, each message with its seq as id', async () => {
    const session = new FakeSession(2);
    session.live = {
      ok: true,
      value: { epoch: 1, attempt: 1, chunks: [{ type: 'start' }], nextIndex: 1 },
    };
    const response = await follow(await open(session.runtime), PATH);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(response);
    expect(await nextOf(events, 3)).toMatchObject([
      { name: 'session:message', id: '1', data: { seq: 1, content: { text: 'message 1' } } },
      { name: 'session:message', id: '2', data: { seq: 2 } },
      {
        name: 'session:joined',
        data: {
          session: { id: SESSION_ID },
          last_seq: 2,
          agent: { status: 'running', epoch: 1 },
          stream: { epoch: 1, attempt: 1, chunks: [{ type: 'start' }], next_index: 1 },
        },
      },
    ]);
    const chunk = { type: 'text-start', id: 't' };
    session.publish({ type: 'chunk', epoch: 1, attempt: 1, index: 1, chunk });
    session.publish({ type: 'status', dispatch: { status: 'idle', epoch: 1 } as never });
    session.publish({ type: 'read', lastReadSeq: 2 });
    session.say();
    const live = await nextOf(events, 4);
    expect(live).toMatchObject([
      { name: 'session:chunk', data: { epoch: 1, attempt: 1, index: 1, chunk } },
      { name: 'session:status', data: { session_id: SESSION_ID, status: 'idle' } },
      { name: 'session:read', data: { last_read_seq: 2 } },
      { name: 'session:message', id: '3', data: { seq: 3 } },
    ]);
    // The position stays that of the newest message, whatever comes between.
    expect(live.slice(0, 3).every(({ id }) => id === null || id === '2')).toBe(true);
  });

  test('goes on behind `last_seq`, or behind Last-Event-ID, which comes first', async () => {
    const gateway = await open(new FakeSession(5).runtime);
    const read = async (path: string, headers = {}) =>
      seqsOf(await nextOf(eventsOf(await follow(gateway, path, headers)), 3));
    expect(await read(`${PATH}?last_seq=2`)).toEqual([3, 4, 5]);
    expect(await read(`${PATH}?last_seq=1`, { 'last-event-id': '3' })).toEqual([4, 5]);
    expect(await read(`${PATH}?last_seq=0`, { 'last-event-id': '2' })).toEqual([3, 4, 5]);
  });

  test('brings a history of many pages without a gap and without a double, while messages come', async () => {
    const session = new FakeSession(3 * JOIN_MESSAGES_MAX + 7);
    session.reading = () => {
      if (session.log.length < 3 * JOIN_MESSAGES_MAX + 12) session.say();
    };
    const events = eventsOf(await follow(await open(session.runtime), PATH));
    // Five came while the pages were read, and one after the answer.
    const last = 3 * JOIN_MESSAGES_MAX + 13;
    const seqs: unknown[] = [];
    while (seqs.length < last) {
      const [event] = await nextOf(events, 1);
      if (event?.name === 'session:message') seqs.push(event.data.seq);
      if (event?.name === 'session:joined') session.say();
    }
    expect(seqs).toEqual(upTo(last));
  });

  test('leaves out chunks that the answer so far has, and messages that were read', async () => {
    const session = new FakeSession(1);
    const chunk = { type: 'text-delta', id: 't', delta: 'x' };
    session.live = { ok: true, value: { epoch: 2, attempt: 1, chunks: [], nextIndex: 5 } };
    const subscribe = session.runtime.subscribeSession;
    session.runtime.subscribeSession = (id, sink) => {
      const subscription = subscribe?.(id, sink);
      for (const index of [4, 5]) sink({ type: 'chunk', epoch: 2, attempt: 1, index, chunk });
      sink({ type: 'message', message: messageOf(1) });
      return subscription as never;
    };
    const events = eventsOf(await follow(await open(session.runtime), PATH));
    expect(await nextOf(events, 3)).toMatchObject([
      { name: 'session:message', id: '1' },
      { name: 'session:joined' },
      { name: 'session:chunk', data: { index: 5 } },
    ]);
    session.say();
    expect(await nextOf(events, 1)).toMatchObject([{ name: 'session:message', id: '2' }]);
  });

  test.each([
    ['that has lost messages', { type: 'message', message: messageOf(9) }, 'messages were lost'],
    ['whose source has lost chunks', { type: 'resync', reason: 'chunks were lost' }, 'chunks'],
  ] as const)('%s ends with `resync`, and gives back what it held', async (_, event, reason) => {
    const session = new FakeSession(2);
    const events = eventsOf(await follow(await open(session.runtime), PATH));
    await nextOf(events, 3);
    session.publish(event);
    expect(await restOf(events)).toMatchObject([
      { name: 'resync', data: { reason: expect.stringContaining(reason) } },
    ]);
    expect(session.sinks.size).toBe(0);
  });

  test.each([
    ['?last_seq=3', {}, 'last_seq'],
    ['', { 'last-event-id': '3' }, 'last-event-id'],
    ['?last_seq=-1', {}, 'last_seq'],
    ['', { 'last-event-id': 'x' }, 'last-event-id'],
    ['?from=1', {}, 'from'],
  ])(
    'of a position that it cannot have (%s %o) is refused with the name of the field',
    async (query, headers, path) => {
      const response = await follow(await open(new FakeSession(2).runtime), PATH + query, headers);
      expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ path }] }]);
    },
  );

  test('whose history cannot be read is answered with a problem, and ends with the reason later on', async () => {
    const away = { code: 'archive_unavailable', detail: 'the archive is unavailable' } as const;
    const session = new FakeSession(JOIN_MESSAGES_MAX + 1);
    const read = session.runtime.readMessages;
    let readable = 0;
    session.runtime.readMessages = async (range) => {
      readable -= 1;
      return readable < 0 || read === undefined ? { ok: false, error: away } : read(range);
    };
    const gateway = await open(session.runtime);
    const refused = await follow(gateway, PATH);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: away.code }]);
    readable = 1;
    const events = await restOf(eventsOf(await follow(gateway, PATH)));
    expect(seqsOf(events)).toEqual(upTo(JOIN_MESSAGES_MAX));
    expect(events.at(-1)).toMatchObject({ name: 'resync', data: { reason: away.detail } });
  });

  test('ends when its token does, and when its node stops', async () => {
    const session = new FakeSession(0);
    const gateway = await open(session.runtime, { jwtLeewayS: 0 });
    const short = await testToken({}, { expiresIn: '2s' });
    const expired = eventsOf(await follow(gateway, PATH, {}, short));
    const stopped = eventsOf(await follow(gateway, PATH));
    await nextOf(stopped, 1);
    expect((await restOf(expired)).at(-1)).toMatchObject({
      name: 'resync',
      data: { reason: 'the token has expired' },
    });
    const [rest] = await Promise.all([restOf(stopped), closeAll()]);
    expect(rest).toMatchObject([{ name: 'resync', data: { reason: 'this node is stopping' } }]);
  });

  test('counts as a stream of its user until it is over', async () => {
    const session = new FakeSession(0);
    const gateway = await open(session.runtime, { quotas: { ...TEST_QUOTAS, userStreams: 1 } });
    const first = eventsOf(await follow(gateway, PATH));
    await nextOf(first, 1);
    expect((await follow(gateway, PATH)).status).toBe(429);
    session.publish({ type: 'resync', reason: 'x' });
    await restOf(first);
    expect((await follow(gateway, PATH)).status).toBe(200);
  });

  test('of another user is not there', async () => {
    const token = await testToken({}, { sub: 'bob' });
    const response = await follow(await open(new FakeSession(0).runtime), PATH, {}, token);
    expect(response.status).toBe(404);
  });

  test('of a reader that does not keep up ends with the reason, and holds nothing any more', async () => {
    const session = new FakeSession(0);
    const gateway = await open(session.runtime);
    const authorization = `Bearer ${await testToken()}`;
    const reader = await new Promise<IncomingMessage>((resolve) =>
      get(`${gateway.url}${PATH}`, { headers: { authorization } }, resolve),
    );
    await expect.poll(() => session.sinks.size).toBe(1);
    const text = 'x'.repeat(100_000);
    for (let sent = 0; session.sinks.size > 0; sent += text.length) {
      expect(sent).toBeLessThan(10 * STREAM_BUFFER_BYTES_MAX);
      session.say(text);
      // What the kernel takes leaves in turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
    let read = '';
    reader.setEncoding('utf8');
    for await (const part of reader) read = (read + part).slice(-1_000);
    expect(read).toMatch(/event: resync\ndata: \{"reason":"this connection is too slow"\}\n\n$/);
  });
});

/** An inbox with one session in it. */
function inboxRuntime(version: () => number) {
  const sinks = new Set<(event: InboxEvent) => void>();
  const head = (lastSeq: number) => ({
    id: SESSION_ID,
    userId: 'alice',
    agentId: 'bot',
    status: 'active',
    metadata: Buffer.from('{}'),
    lastSeq,
    lastReadSeq: 0,
    unreadCount: 0,
    lastMessage: null,
    insertedAtMs: 1,
    updatedAtMs: 1,
    dispatch: { status: 'idle', epoch: 0 },
  });
  const runtime: Partial<Runtime> = {
    getAgent: () => null,
    listSessions: async () => ({
      ok: true,
      value: { sessions: [head(version()) as never], version: version(), next: null },
    }),
    subscribeInbox: (_user, sink) => {
      sinks.add(sink);
      return { ready: Promise.resolve(true), close: () => sinks.delete(sink) };
    },
  };
  const change = (at: number): void => {
    for (const sink of sinks) sink({ type: 'delta', version: at, sessions: [head(at) as never] });
  };
  return { runtime, sinks, change };
}

describe('the feed of an inbox', () => {
  test('brings the conversations, and then what changes, each with the version as id', async () => {
    const { runtime, change, sinks } = inboxRuntime(() => 7);
    const events = eventsOf(await follow(await open(runtime), '/api/inbox/events'));
    expect(await nextOf(events, 1)).toMatchObject([
      {
        name: 'inbox:joined',
        id: '7',
        data: { version: 7, next: null, sessions: [{ last_seq: 7 }] },
      },
    ]);
    change(7);
    change(8);
    expect(await nextOf(events, 1)).toMatchObject([
      { name: 'inbox:delta', id: '8', data: { version: 8, sessions: [{ last_seq: 8 }] } },
    ]);
    for (const sink of sinks) sink({ type: 'resync', reason: 'too much' });
    expect(await restOf(events)).toMatchObject([{ name: 'resync', data: { reason: 'too much' } }]);
    expect(sinks.size).toBe(0);
  });

  test('begins live for a reader that has the present version, and afresh for any other', async () => {
    const { runtime, change, sinks } = inboxRuntime(() => 7);
    const gateway = await open(runtime);
    const current = eventsOf(await follow(gateway, '/api/inbox/events', { 'last-event-id': '7' }));
    await expect.poll(() => sinks.size).toBe(1);
    const behind = eventsOf(await follow(gateway, '/api/inbox/events?last_seq=6'));
    expect(await nextOf(behind, 1)).toMatchObject([{ name: 'inbox:joined', id: '7' }]);
    change(8);
    expect(await nextOf(current, 1)).toMatchObject([{ name: 'inbox:delta', id: '8' }]);
  });

  test('is of the user of the token, and with the API key of the user that is named', async () => {
    const gateway = await open(inboxRuntime(() => 1).runtime);
    expect((await follow(gateway, '/api/inbox/events?user_id=bob')).status).toBe(403);
    const key = 'an-api-key-for-tests-of-the-gateway-alone';
    expect((await follow(gateway, '/api/inbox/events', {}, key)).status).toBe(422);
    expect((await follow(gateway, '/api/inbox/events?user_id=bob', {}, key)).status).toBe(200);
  });
});
