import { once } from 'node:events';
import { connect } from 'node:net';
import { BODY_BYTES_MAX, CHAT_BODY_BYTES_MAX } from '@fleetlm/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { CONNECTION_TIMES, listenHttp } from './http-listener.ts';
import {
  CONNECTIONS_MAX,
  HEADERS_MAX,
  PATH_PARAMETER_LENGTH_MAX,
  PIPELINED_REQUESTS_MAX,
  REQUESTS_PER_CONNECTION_MAX,
  SOCKET_IN_FLIGHT_MAX,
  SOCKET_MESSAGE_BYTES_MAX,
  SOCKET_ROOMS_MAX,
} from './limits.ts';
import { openSockets, wireClient } from './testing/socket-client.ts';
import { openGateways, TEST_API_KEY, TEST_QUOTAS, testToken } from './testing/test-gateway.ts';

// Real connections: they are as fast as the machine has time for them.
vi.setConfig({ testTimeout: 30_000 });

const sockets = openSockets();
const { open, closeAll } = openGateways();
afterEach(async () => {
  sockets.closeAll();
  await closeAll();
});

const SESSION = '00-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const AUTHORIZED = { authorization: `Bearer ${TEST_API_KEY}` };

test.each([
  [`/api/sessions/${SESSION}/messages`, BODY_BYTES_MAX],
  ['/api/chat', CHAT_BODY_BYTES_MAX],
])('a body of its limit is read, and one byte more is refused: %s', async (path, limit) => {
  const gateway = await open();
  const post = async (bytes: number): Promise<number> => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { ...AUTHORIZED, 'content-type': 'application/json' },
      body: `{"x":"${'x'.repeat(bytes - '{"x":""}'.length)}"}`,
    });
    await response.arrayBuffer();
    return response.status;
  };
  // It is read, and found to have the wrong fields.
  expect(await post(limit - 1)).toBe(422);
  expect(await post(limit)).toBe(422);
  expect(await post(limit + 1)).toBe(413);
});

test('a parameter of a path that is longer than its limit names nothing', async () => {
  const asked: string[] = [];
  const gateway = await open({
    admin: {
      subscribeEvents: () => ({ close: () => undefined }),
      operations: {
        get: (id: string) => {
          asked.push(id);
          return null;
        },
      },
    },
  } as never);
  for (const more of [0, 1]) {
    const id = 'a'.repeat(PATH_PARAMETER_LENGTH_MAX + more);
    const response = await fetch(`${gateway.url}/api/admin/operations/${id}`, {
      headers: AUTHORIZED,
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found' });
  }
  expect(asked.map(({ length }) => length)).toEqual([PATH_PARAMETER_LENGTH_MAX]);
});

test('a websocket message of its limit is answered, and one byte more closes the connection', async () => {
  const gateway = await open();
  const client = await wireClient(gateway.url, await testToken());
  // A packet of the transport has its type in front.
  const packet = (bytes: number): string => {
    const event = '21["ping","';
    return `${event}${'x'.repeat(bytes - 1 - event.length - 2)}"]`;
  };
  client.send(packet(SOCKET_MESSAGE_BYTES_MAX));
  await expect.poll(() => client.received.some((text) => text.startsWith('431'))).toBe(true);
  client.send(packet(SOCKET_MESSAGE_BYTES_MAX + 1));
  await client.closed;
});

test('events in flight beyond their limit are refused, and taken again afterwards', async () => {
  const waiting: (() => void)[] = [];
  const gateway = await open({
    markRead: () =>
      new Promise((resolve) => {
        waiting.push(() =>
          resolve({ ok: false, error: { code: 'not_found', detail: 'there is none' } } as never),
        );
      }),
  });
  const socket = await sockets.connect(gateway.url, await testToken());
  const acks: unknown[] = [];
  const send = (): void => {
    socket.emit('session:read', { session_id: SESSION, last_seq: 1 }, (ack: unknown) => {
      acks.push(ack);
    });
  };
  const limited = (): number =>
    acks.filter((ack) => JSON.stringify(ack).includes('in flight')).length;
  for (let n = 0; n < SOCKET_IN_FLIGHT_MAX + 1; n += 1) send();
  await expect.poll(() => waiting.length + limited()).toBe(SOCKET_IN_FLIGHT_MAX + 1);
  expect(limited()).toBe(1);
  for (const answer of waiting.splice(0)) answer();
  await expect.poll(() => acks.length).toBe(SOCKET_IN_FLIGHT_MAX + 1);
  send();
  await expect.poll(() => waiting.length).toBe(1);
  expect(limited()).toBe(1);
});

test('a socket is in as many conversations as its limit says', async () => {
  const subscription = { ready: Promise.resolve(true), close: () => undefined };
  const session = {
    userId: 'alice',
    agentId: 'bot',
    status: 'active',
    metadata: new TextEncoder().encode('{}'),
    lastSeq: 0,
    lastReadSeq: 0,
    insertedAtMs: 1,
    updatedAtMs: 1,
    dispatch: { status: 'idle', epoch: 0 },
  };
  const gateway = await open(
    {
      subscribeSession: () => subscription,
      getSession: async (id: string) => ({ ok: true, value: { ...session, id } }),
      readMessages: async () => ({ ok: true, value: { messages: [], lastSeq: 0, hasMore: false } }),
      liveAnswer: async () => ({ ok: true, value: null }),
    } as never,
    { quotas: { ...TEST_QUOTAS, userEventsPerS: 100_000 } },
  );
  const socket = await sockets.connect(gateway.url, await testToken());
  const join = (n: number): Promise<unknown> =>
    socket.emitWithAck('session:join', {
      session_id: `00-01J8ZZZZZZZZZZZZZZZZZZ${String(n).padStart(4, '0')}`,
      last_seq: 0,
    });
  const acks: unknown[] = [];
  for (let n = 0; n <= SOCKET_ROOMS_MAX; n += 1) acks.push(await join(n));
  expect(acks[0]).toMatchObject({ ok: true });
  expect(acks[SOCKET_ROOMS_MAX - 1]).toMatchObject({ ok: true });
  expect(acks[SOCKET_ROOMS_MAX]).toMatchObject({ error: { code: 'rate_limited' } });
});

test('requests that one connection sends without waiting are answered up to their limit', async () => {
  let asked = 0;
  const gateway = await open({
    catchUpAgents: async () => ({ ok: true, value: null }),
    getAgent: () => {
      asked += 1;
      return null;
    },
  } as never);
  const request = `GET /api/agents/bot HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TEST_API_KEY}\r\n\r\n`;
  const ask = async (requests: number): Promise<readonly string[]> => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
      if (text.split('HTTP/1.1 ').length > requests) socket.end();
    });
    socket.write(request.repeat(requests));
    await once(socket, 'close');
    return text
      .split('HTTP/1.1 ')
      .slice(1)
      .map((answer) => answer.slice(0, 3));
  };
  const whole = Array.from({ length: PIPELINED_REQUESTS_MAX }, () => '404');
  expect(await ask(PIPELINED_REQUESTS_MAX)).toEqual(whole);
  expect(asked).toBe(PIPELINED_REQUESTS_MAX);
  expect(await ask(1_000)).toEqual([...whole, '429']);
  expect(asked).toBe(2 * PIPELINED_REQUESTS_MAX);
});

test('a listener has the limits of connections', async () => {
  const { server } = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    waitingFor: () => [],
    limits: {
      ...CONNECTION_TIMES,
      addressConnections: TEST_QUOTAS.addressConnections,
      trustedProxies: [],
      refused: () => undefined,
    },
  });
  const { maxConnections, maxHeadersCount, maxRequestsPerSocket, headersTimeout, requestTimeout } =
    server;
  server.close();
  expect({ maxConnections, maxHeadersCount, maxRequestsPerSocket }).toEqual({
    maxConnections: CONNECTIONS_MAX,
    maxHeadersCount: HEADERS_MAX,
    maxRequestsPerSocket: REQUESTS_PER_CONNECTION_MAX,
  });
  expect({ headersTimeout, requestTimeout }).toEqual({
    headersTimeout: CONNECTION_TIMES.headersMs,
    requestTimeout: CONNECTION_TIMES.uploadMs,
  });
});
