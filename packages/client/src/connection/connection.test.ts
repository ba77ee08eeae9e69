import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection } from './connection.ts';
import type { NodeSocket, NodeSocketHandlers, NodeSocketOptions } from './node-socket.ts';
import { TokenSource } from './token-source.ts';

/** A socket in the hands of the test. */
interface Dialled {
  readonly options: NodeSocketOptions;
  readonly handlers: NodeSocketHandlers;
  readonly requests: string[];
  isClosed: boolean;
  /** How requests end; by default none is ever answered. */
  answer: (event: string) => Promise<unknown>;
}

const dialled: Dialled[] = [];

function openSocket(options: NodeSocketOptions, handlers: NodeSocketHandlers): NodeSocket {
  const never = () => new Promise<unknown>(() => {});
  const socket: Dialled = { options, handlers, requests: [], isClosed: false, answer: never };
  dialled.push(socket);
  return {
    request: (event, _, timeoutMs) => {
      socket.requests.push(event);
      const timeout = new Promise((_resolve, reject) => {
        setTimeout(() => reject(new Error('timeout')), timeoutMs);
      });
      return Promise.race([socket.answer(event), timeout]);
    },
    close: () => {
      socket.isClosed = true;
    },
  };
}

function last(): Dialled {
  const socket = dialled.at(-1);
  if (socket === undefined) throw new Error('nothing was dialled');
  return socket;
}

async function online(over: { probe?: null } = {}): Promise<Connection> {
  const connection = new Connection({
    nodes: ['http://a', 'http://b', 'http://c'],
    namespace: '/',
    tokens: new TokenSource(async () => 'token'),
    openSocket,
    probe: { event: 'probe', payload: {} },
    ...over,
  });
  connection.start();
  await vi.advanceTimersByTimeAsync(0);
  last().handlers.opened();
  return connection;
}

beforeEach(() => {
  dialled.length = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the connection', () => {
  test('takes URLs of nodes for their origins, and refuses what is no URL', async () => {
    const options = {
      namespace: '/',
      tokens: new TokenSource(async () => 'token'),
      openSocket,
      probe: null,
    } as const;
    const connection = new Connection({ ...options, nodes: ['https://a:4001/path/'] });
    expect(connection.view.node).toBe('https://a:4001');
    expect(() => new Connection({ ...options, nodes: ['not a url'] })).toThrow(TypeError);
  });

  test('a lost node is left for another one within a tenth of a second', async () => {
    const connection = await online();
    const first = last();
    first.handlers.lost('transport close');
    expect(connection.view.status).toBe('backing_off');
    await vi.advanceTimersByTimeAsync(100);
    expect(last().options.url).not.toBe(first.options.url);
    last().handlers.opened();
    expect(connection.view).toMatchObject({
      status: 'online',
      node: last().options.url,
      downSinceMs: null,
    });
  });

  test('every node is tried within a quarter of a second before it begins to wait', async () => {
    await online();
    last().handlers.lost('transport close');
    for (let tries = 0; tries < 2; tries += 1) {
      await vi.advanceTimersByTimeAsync(100);
      last().handlers.failed({ kind: 'unreachable', detail: 'refused' });
    }
    expect(new Set(dialled.map((socket) => socket.options.url)).size).toBe(3);
    const count = dialled.length;
    await vi.advanceTimersByTimeAsync(99);
    expect(dialled).toHaveLength(count);
  });

  test('a node that has fallen silent and does not answer is given up', async () => {
    const connection = await online();
    const first = last();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(first.requests).toEqual(['probe']);
    expect(connection.view.status).toBe('online');
    await vi.advanceTimersByTimeAsync(2_600);
    expect(first.isClosed).toBe(true);
    expect(last()).not.toBe(first);
  });

  test('a node that answers stays, whatever it says', async () => {
    const connection = await online();
    last().answer = () => Promise.resolve({ ok: false });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connection.view.status).toBe('online');
    expect(dialled).toHaveLength(1);
  });

  test('where nothing can be asked, silence is the answer', async () => {
    await online({ probe: null });
    const first = last();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(first.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(first.isClosed).toBe(true);
  });

  test('what a given-up socket still sends is dropped', async () => {
    const connection = await online();
    const first = last();
    const onMessage = vi.fn();
    connection.on('session:message', onMessage);
    first.handlers.lost('transport close');
    await vi.advanceTimersByTimeAsync(100);
    last().handlers.opened();
    first.handlers.event('session:message', {});
    first.handlers.lost('again');
    expect(onMessage).not.toHaveBeenCalled();
    expect(connection.view.status).toBe('online');
  });

  test('a request without a connection fails at once, and one without an answer leaves the outcome open', async () => {
    const connection = await online();
    last().answer = (event) =>
      event === 'probe' ? Promise.resolve({ ok: true }) : new Promise(() => {});
    const asked = connection.request('inbox:join', {});
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await asked).toMatchObject({ ok: false, error: { code: 'timeout', retryable: true } });
    connection.stop();
    expect(await connection.request('inbox:join', {})).toMatchObject({
      ok: false,
      error: { code: 'disconnected' },
    });
  });
});
