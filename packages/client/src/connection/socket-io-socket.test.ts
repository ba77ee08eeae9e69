import { createServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NodeSocket, NodeSocketHandlers } from './node-socket.ts';
import { openSocketIo } from './socket-io-socket.ts';

/** A real server: the tests hold the library's behaviour to what `connection.ts` relies on. */
let io: Server;
let url: string;
beforeEach(async () => {
  const http = createServer();
  io = new Server(http, { transports: ['websocket'], pingInterval: 50, pingTimeout: 100 });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  url = `http://127.0.0.1:${address.port}`;
});

const sockets: NodeSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await io.close();
});

interface Dialled {
  readonly socket: NodeSocket;
  /** The calls of the handlers, in order. */
  readonly calls: readonly (readonly [string, ...unknown[]])[];
  until(name: keyof NodeSocketHandlers): Promise<readonly [string, ...unknown[]]>;
}

function dial(
  options: {
    readonly url?: string;
    readonly namespace?: string;
    readonly connectTimeoutMs?: number;
  } = {},
): Dialled {
  const calls: (readonly [string, ...unknown[]])[] = [];
  let wake = (): void => undefined;
  const record = (...call: readonly [string, ...unknown[]]): void => {
    calls.push(call);
    wake();
  };
  const socket = openSocketIo(
    { url, namespace: '/', token: 'good', connectTimeoutMs: 5000, ...options },
    {
      opened: () => record('opened'),
      failed: (failure) => record('failed', failure),
      lost: (detail) => record('lost', detail),
      event: (name, payload) => record('event', name, payload),
    },
  );
  sockets.push(socket);
  return {
    socket,
    calls,
    until: async (name) => {
      for (;;) {
        const call = calls.find(([called]) => called === name);
        if (call !== undefined) return call;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function connected(
  namespace = '/',
): Promise<{ readonly dialled: Dialled; readonly node: Socket }> {
  const arrival = new Promise<Socket>((resolve) => io.of(namespace).once('connection', resolve));
  const dialled = dial({ namespace });
  await dialled.until('opened');
  return { dialled, node: await arrival };
}

describe.each(['/', '/admin'])('on the namespace %s', (namespace) => {
  test('the token arrives, requests are acknowledged in any order, events come', async () => {
    const { dialled, node } = await connected(namespace);
    expect(node.handshake.auth).toEqual({ token: 'good' });
    const acks: ((answer: unknown) => void)[] = [];
    const both = new Promise<void>((resolve) => {
      node.on('ask', (_payload: unknown, ack: (answer: unknown) => void) => {
        if (acks.push(ack) === 2) resolve();
      });
    });
    const answers = [1, 2].map((n) =>
      dialled.socket.request('ask', { n, text: 'Grüße, "👋"' }, 5000),
    );
    await both;
    acks[1]?.({ ok: 'second' });
    acks[0]?.({ ok: 'first' });
    expect(await Promise.all(answers)).toEqual([{ ok: 'first' }, { ok: 'second' }]);
    node.emit('news', { text: 'a [1,2] "/x," {}' });
    expect(await dialled.until('event')).toEqual(['event', 'news', { text: 'a [1,2] "/x," {}' }]);
  });

  test('an event that arrives is what was sent', async () => {
    const { dialled, node } = await connected(namespace);
    const arrived = new Promise((resolve) => node.on('ask', resolve));
    dialled.socket.request('ask', { n: 7 }, 5000).catch(() => undefined);
    expect(await arrived).toEqual({ n: 7 });
  });
});

test('it stays open over many pings, and notices when they stop', async () => {
  const { dialled, node } = await connected();
  let pings = 0;
  await new Promise<void>((resolve) => {
    node.conn.on('packet', ({ type }) => {
      if (type === 'pong' && ++pings === 5) resolve();
    });
  });
  expect(dialled.calls).toEqual([['opened']]);
  // A node that is alive on TCP and says nothing any more.
  Object.defineProperty(node.conn, 'sendPacket', { value: () => undefined });
  expect(await dialled.until('lost')).toEqual(['lost', 'ping timeout']);
});

test('a request that is not acknowledged is given up, and those of a lost connection at once', async () => {
  const { dialled, node } = await connected();
  await expect(dialled.socket.request('ask', {}, 20)).rejects.toThrow('timed out');
  const lost = dialled.socket.request('ask', {}, 60_000);
  node.disconnect(true);
  await expect(lost).rejects.toThrow('disconnected');
  expect((await dialled.until('lost'))[0]).toBe('lost');
  await expect(dialled.socket.request('ask', {}, 5000)).rejects.toThrow('not connected');
});

test('a node that refuses the token says why; an unreachable one is distinguished', async () => {
  io.use((_socket, next) =>
    next(Object.assign(new Error('expired'), { data: { code: 'unauthenticated' } })),
  );
  expect(await dial().until('failed')).toEqual([
    'failed',
    { kind: 'unauthenticated', detail: 'expired' },
  ]);
  const nowhere = await dial({ url: 'http://127.0.0.1:9' }).until('failed');
  expect(nowhere).toMatchObject(['failed', { kind: 'unreachable' }]);
});

test('a node that accepts and says nothing is given up in time', async () => {
  io.use(() => undefined);
  const failed = await dial({ connectTimeoutMs: 50 }).until('failed');
  expect(failed).toEqual(['failed', { kind: 'unreachable', detail: 'no connection in time' }]);
});

test('after close nothing is reported any more, and the node knows', async () => {
  const { dialled, node } = await connected();
  const gone = new Promise((resolve) => node.once('disconnect', resolve));
  dialled.socket.close();
  expect(await gone).toBe('client namespace disconnect');
  expect(dialled.calls).toEqual([['opened']]);
});

test.each(['2{"a":1}', '2["a"', '7["a"]', 'x'])(
  'a packet that breaks the protocol ends the connection: %j',
  async (packet) => {
    const { dialled, node } = await connected();
    node.conn.write(packet);
    expect(await dialled.until('lost')).toEqual(['lost', 'parse error']);
    expect(dialled.calls).toHaveLength(2);
  },
);

test('a request after the node has been silent for too long is rejected at once', async () => {
  const { dialled } = await connected();
  // A device that slept: the timer of the library has not run yet, the clock says that it is due.
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  try {
    await expect(dialled.socket.request('ask', {}, 60_000)).rejects.toThrow('disconnected');
  } finally {
    clock.mockRestore();
  }
  expect(dialled.calls).toEqual([['opened'], ['lost', 'ping timeout']]);
});

test('the node is dialled once, whatever becomes of the connection', async () => {
  let connections = 0;
  io.on('connection', () => {
    connections += 1;
  });
  const { dialled, node } = await connected();
  node.conn.close();
  await dialled.until('lost');
  await connected();
  expect(connections).toBe(2);
});
