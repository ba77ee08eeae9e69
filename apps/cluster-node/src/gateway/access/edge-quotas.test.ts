import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  HEADER_BYTES_MAX,
  LINGER_BYTES_MAX,
  LINGER_MS,
  NAMESPACES_PER_CONNECTION_MAX,
} from '../limits.ts';
import { openSockets, wireClient } from '../testing/socket-client.ts';
import { openGateways, TEST_API_KEY, TEST_QUOTAS, testToken } from '../testing/test-gateway.ts';

// Real connections: they are as fast as the machine has time for them.
vi.setConfig({ testTimeout: 30_000 });

const sockets = openSockets();
const { open, closeAll } = openGateways();
afterEach(async () => {
  sockets.closeAll();
  await closeAll();
});

const NO_SESSION = { ok: false, error: { code: 'not_found', detail: 'there is none' } } as const;

describe('REST above its quota', () => {
  test('is answered with 429, Retry-After in whole seconds, and counted', async () => {
    const gateway = await open(
      { getSession: async () => NO_SESSION },
      { quotas: { ...TEST_QUOTAS, userRequestsPerS: 1 } },
    );
    const authorization = `Bearer ${await testToken()}`;
    const get = () =>
      fetch(`${gateway.url}/api/sessions/00-01J8ZZZZZZZZZZZZZZZZZZZZZZ`, {
        headers: { authorization },
      });
    expect((await get()).status).toBe(404);
    expect((await get()).status).toBe(404);
    const refused = await get();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(await gateway.metrics.text()).toContain(
      'fleetlm_quota_refusals_total{scope="user",resource="requests"} 1',
    );
  });

  test('does not count health checks', async () => {
    const gateway = await open(
      { health: () => ({ ready: true, reasons: [], degraded: [] }) } as never,
      { quotas: { ...TEST_QUOTAS, addressRequestsPerS: 1 } },
    );
    for (let n = 0; n < 5; n += 1)
      expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  test('does not stay in flight when its client has gone', async () => {
    let asked = 0;
    let began = (): void => undefined;
    const gateway = await open(
      {
        // Never answered: a request that was admitted stays in flight until its client goes.
        getSession: () => {
          asked += 1;
          began();
          return new Promise(() => undefined);
        },
      },
      { quotas: { ...TEST_QUOTAS, userInFlight: 1 } },
    );
    const authorization = `Bearer ${await testToken()}`;
    const url = `${gateway.url}/api/sessions/00-01J8ZZZZZZZZZZZZZZZZZZZZZZ`;
    const ask = async (): Promise<'admitted' | number> => {
      const gone = new AbortController();
      const admitted = new Promise<'admitted'>((resolve) => {
        began = () => resolve('admitted');
      });
      const refused = fetch(url, { headers: { authorization }, signal: gone.signal }).then(
        ({ status }) => status,
        () => 'admitted' as const,
      );
      const outcome = await Promise.race([admitted, refused]);
      gone.abort();
      await refused;
      return outcome;
    };
    const gone = new AbortController();
    const first = fetch(url, { headers: { authorization }, signal: gone.signal });
    await expect.poll(() => asked).toBe(1);
    expect(await ask()).toBe(429);
    gone.abort();
    await expect(first).rejects.toThrow();
    await expect.poll(ask).toBe('admitted');
  });
});

describe('a socket', () => {
  test('beyond the quota of its user is refused with the reason; another user is admitted', async () => {
    const gateway = await open({}, { quotas: { ...TEST_QUOTAS, userSockets: 2 } });
    const token = await testToken();
    const first = await sockets.connect(gateway.url, token);
    await sockets.connect(gateway.url, token);
    await expect(sockets.connect(gateway.url, token)).rejects.toMatchObject({
      data: { code: 'rate_limited', retryable: true },
    });
    await sockets.connect(gateway.url, await testToken({}, { sub: 'bob' }));
    first.disconnect();
    await expect
      .poll(() =>
        sockets.connect(gateway.url, token).then(
          () => 'admitted',
          () => 'refused',
        ),
      )
      .toBe('admitted');
  });

  test('above the event rate of its user is refused in the ack', async () => {
    const gateway = await open({}, { quotas: { ...TEST_QUOTAS, userEventsPerS: 2 } });
    const token = await testToken();
    const devices = [
      await sockets.connect(gateway.url, token),
      await sockets.connect(gateway.url, token),
    ];
    const acks: unknown[] = [];
    for (let n = 0; n < 6; n += 1) acks.push(await devices[n % 2]?.emitWithAck('ping', {}));
    expect(acks.filter((ack) => JSON.stringify(ack).includes('rate_limited'))).toHaveLength(2);
  });

  test.each([
    ['a binary event', '51-["x",{"_placeholder":true,"num":0}]'],
    ['a binary ack', '61-1[{"_placeholder":true,"num":0}]'],
    ['bytes', Buffer.from('x')],
    ['no packet', '9'],
  ])('that sends %s is closed', async (_name, message) => {
    const gateway = await open();
    const client = await wireClient(gateway.url, await testToken());
    client.send(message);
    await client.closed;
  });

  test('can join only so often on one connection', async () => {
    const gateway = await open();
    const client = await wireClient(gateway.url, await testToken(), 20);
    let isClosed = false;
    void client.closed.then(() => {
      isClosed = true;
    });
    const answers = (kind: string) =>
      client.received.filter((text) => text.startsWith(kind)).length;
    // A join that comes when the namespace is joined already ends the connection.
    await expect
      .poll(() => isClosed || answers('44') === 20 - NAMESPACES_PER_CONNECTION_MAX)
      .toBe(true);
    expect(answers('44')).toBeGreaterThan(0);
    expect(answers('40')).toBeLessThanOrEqual(NAMESPACES_PER_CONNECTION_MAX);
    client.close();
  });

  test('answers events that are not in the contract, and survives those without an ack', async () => {
    const gateway = await open();
    const socket = await sockets.connect(gateway.url, await testToken());
    socket.emit('session:send', { text: 'no ack' });
    socket.emit('no such event');
    expect(await socket.emitWithAck('no such event', {})).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', errors: [{ path: '' }] },
    });
    expect(await socket.emitWithAck('ping', ...new Array<number>(10_000).fill(1))).toMatchObject({
      error: { code: 'invalid_request', errors: [{ path: '' }] },
    });
    expect(await socket.emitWithAck('ping', {})).toEqual({ ok: true });
  });
});

describe('a connection', () => {
  const SLOW = { headersMs: 200, requestMs: 400, checkMs: 50 };

  test.each([
    ['nothing', ''],
    ['half a request line', 'POST /api/ch'],
    ['headers without an end', 'POST /api/chat HTTP/1.1\r\nhost: x\r\n'],
    [
      'half a body',
      `POST /api/chat HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TEST_API_KEY}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a`,
    ],
  ])('that sends %s is closed in time', async (_name, bytes) => {
    const gateway = await open({}, {}, SLOW);
    expect(await gateway.raw(bytes)).toMatch(/^$|^HTTP\/1.1 408 /);
  });

  test('with headers that are too large is answered with 431', async () => {
    const gateway = await open();
    const response = await gateway.raw(
      `GET /health/live HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(HEADER_BYTES_MAX)}\r\n\r\n`,
    );
    expect(response).toMatch(/^HTTP\/1.1 431 /);
    expect(response).toContain('"code":"headers_too_large"');
  });

  test('is closed when more follows a refusal than its limit', async () => {
    const gateway = await open();
    const { port } = new URL(gateway.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const piece = Buffer.alloc(64 * 1024, 'a');
    const write = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', write).once('connect', write);
    await closed;
    expect(socket.bytesWritten).toBeGreaterThan(LINGER_BYTES_MAX / 2);
    expect(socket.bytesWritten).toBeLessThan(LINGER_BYTES_MAX * 4);
  });

  test('that stays open after a refusal is closed in time', async () => {
    const gateway = await open();
    const { port } = new URL(gateway.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    const startedAtMs = performance.now();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined).write('no request\r\n\r\n');
    // A write after the close is answered with a reset.
    socket
      .on('data', () => undefined)
      .once('end', () => {
        const writes = setInterval(() => socket.write('x'), 50);
        socket.once('close', () => clearInterval(writes));
      });
    await closed;
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(LINGER_MS - 100);
  });

  test.each(['\r\n\r\nx', 'GET\r\n\r\n', '\x16\x03\x01\x02\x00\x01', 'GET / HTTP/9.9\r\n\r\n'])(
    'that sends %j is answered with 400',
    async (bytes) => {
      const gateway = await open();
      const response = await gateway.raw(bytes);
      expect(response).toMatch(/^HTTP\/1.1 400 /);
      expect(response).toContain('application/problem+json');
    },
  );

  test('may pipeline requests, each of which is judged by itself', async () => {
    const gateway = await open();
    const one = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n';
    const two = 'GET /api/%73essions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    const response = await gateway.raw(one + one + two);
    expect(response.match(/HTTP\/1.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 401',
    ]);
  });

  test('beyond the quota of its address is closed at once', async () => {
    const gateway = await open({}, {}, { addressConnections: 2 });
    const idle = [1, 2].map(() => connect(gateway.port, '127.0.0.1'));
    await Promise.all(
      idle.map(
        (socket) =>
          new Promise((resolve) => {
            socket.once('connect', resolve);
          }),
      ),
    );
    await expect
      .poll(() =>
        gateway
          .raw('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
          .catch(() => ''),
      )
      .toBe('');
    for (const socket of idle) socket.destroy();
    await expect
      .poll(() =>
        gateway
          .raw('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
          .catch(() => ''),
      )
      .toContain('200 OK');
  });
});
