import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InboxEvent, LiveSubscription, SessionEvent } from '../runtime/runtime-api.ts';
import type { HandlerSource } from '../telemetry/guarded.ts';
import { contained } from './contained.ts';
import { openSockets } from './testing/socket-client.ts';
import { openTestGateway, type TestGateway, testToken } from './testing/test-gateway.ts';

// Real connections: they are as fast as the machine has time for them.
vi.setConfig({ testTimeout: 30_000 });

let gateway: TestGateway;
const sockets = openSockets();
const escaped = vi.fn<(error: unknown) => void>();
beforeEach(() => {
  escaped.mockClear();
  process.prependListener('uncaughtException', escaped);
  process.prependListener('unhandledRejection', escaped);
});
afterEach(async () => {
  sockets.closeAll();
  await gateway.close();
  process.off('uncaughtException', escaped);
  process.off('unhandledRejection', escaped);
  expect(escaped).not.toHaveBeenCalled();
});

const SESSION = '00-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const BROKEN = new Error('a part of the node is broken');

function broken(): never {
  throw BROKEN;
}

async function faults(source: HandlerSource): Promise<number> {
  const line = new RegExp(`^fleetlm_handler_errors_total\\{source="${source}"\\} (\\d+)$`, 'm');
  return Number(line.exec(await gateway.metrics.text())?.[1] ?? 0);
}

describe('a part of the node that throws', () => {
  test.each([
    ['at once', broken],
    ['later', () => Promise.reject(BROKEN)],
  ])('%s fails just the REST request that needed it', async (_name, getSession) => {
    gateway = await openTestGateway({ getSession });
    const authorization = `Bearer ${await testToken()}`;
    const response = await fetch(`${gateway.url}/api/sessions/${SESSION}`, {
      headers: { authorization },
    });
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).toContain('"code":"internal"');
    expect(body).not.toContain(BROKEN.message);
    expect(await faults('rest')).toBe(1);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  test.each([
    ['at once', broken],
    ['later', () => Promise.reject(BROKEN)],
  ])('%s fails just the event of the socket that needed it', async (_name, fails) => {
    gateway = await openTestGateway({ append: fails, listSessions: fails, getSession: fails });
    const socket = await sockets.connect(gateway.url, await testToken());
    const send = { session_id: SESSION, client_message_id: 'm', content: { text: 'Hi' } };
    for (const [event, payload] of [
      ['session:send', send],
      ['inbox:page', { before: 'x' }],
      ['session:stop', { session_id: SESSION }],
    ] as const) {
      const ack: unknown = await socket.emitWithAck(event, payload);
      expect(ack).toMatchObject({ ok: false, error: { code: 'internal' } });
      expect(JSON.stringify(ack)).not.toContain(BROKEN.message);
    }
    expect(await faults('socket')).toBe(3);
    expect(await socket.emitWithAck('ping', {})).toEqual({ ok: true });
  });

  test('in the events of an inbox disconnects just the sockets of that inbox', async () => {
    const publishers = new Map<string, Set<(event: InboxEvent) => void>>();
    gateway = await openTestGateway({
      subscribeInbox: (userId, take): LiveSubscription => {
        const takers = publishers.get(userId) ?? new Set();
        publishers.set(userId, takers.add(take));
        return { ready: Promise.resolve(true), close: () => takers.delete(take) };
      },
      listSessions: async () => ({ ok: true, value: { sessions: [], version: 1, next: null } }),
    });
    const alice = await sockets.connect(gateway.url, await testToken());
    const bob = await sockets.connect(gateway.url, await testToken({}, { sub: 'bob' }));
    for (const socket of [alice, bob])
      expect(await socket.emitWithAck('inbox:join', {})).toMatchObject({ ok: true });
    const event = {
      type: 'changed',
      version: 2,
      get sessions(): never {
        return broken();
      },
    } as unknown as InboxEvent;
    for (const publish of publishers.get('alice') ?? []) publish(event);
    await expect.poll(() => alice.connected).toBe(false);
    expect(await bob.emitWithAck('ping', {})).toEqual({ ok: true });
    expect(await faults('socket')).toBe(1);
  });

  test('in the events of a stream ends just that stream', async () => {
    const takers = new Set<(event: SessionEvent) => void>();
    gateway = await openTestGateway({
      getSession: async () => ({ ok: true, value: { id: SESSION, userId: 'alice' } as never }),
      liveAnswer: async () => ({
        ok: true,
        value: { epoch: 1, attempt: 1, chunks: [{ type: 'start' }], nextIndex: 1 },
      }),
      subscribeSession: (_id, take) => {
        takers.add(take);
        return { ready: Promise.resolve(true), close: () => takers.delete(take) };
      },
    });
    const authorization = `Bearer ${await testToken()}`;
    const stream = await fetch(`${gateway.url}/api/sessions/${SESSION}/stream`, {
      headers: { authorization },
    });
    expect(stream.status).toBe(200);
    const event = {
      get type(): never {
        return broken();
      },
    } as unknown as SessionEvent;
    for (const take of takers) take(event);
    await expect(stream.text()).rejects.toThrow();
    expect(takers.size).toBe(0);
    expect(await faults('stream')).toBe(1);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  test('or is slow does not keep the stream of a reader that has gone', async () => {
    const takers = new Set<(event: SessionEvent) => void>();
    let answer = (): void => undefined;
    gateway = await openTestGateway({
      getSession: async () => ({ ok: true, value: { id: SESSION, userId: 'alice' } as never }),
      liveAnswer: () =>
        new Promise((resolve) => {
          answer = () =>
            resolve({ ok: true, value: { epoch: 1, attempt: 1, chunks: [], nextIndex: 0 } });
        }),
      subscribeSession: (_id, take) => {
        takers.add(take);
        return { ready: Promise.resolve(true), close: () => takers.delete(take) };
      },
    });
    const gone = new AbortController();
    const authorization = `Bearer ${await testToken()}`;
    const stream = fetch(`${gateway.url}/api/sessions/${SESSION}/stream`, {
      headers: { authorization },
      signal: gone.signal,
    });
    await expect.poll(() => takers.size).toBe(1);
    const closed = new Promise((resolve) => {
      gateway.connections[0]?.once('close', resolve);
    });
    gone.abort();
    await expect(stream).rejects.toThrow();
    await closed;
    answer();
    await expect.poll(() => takers.size).toBe(0);
  });

  test('in a listener, a timer or their ends is counted and goes no further', async () => {
    gateway = await openTestGateway();
    const ended = vi.fn<() => void>();
    contained('admin', broken, ended)();
    contained('admin', () => Promise.reject(BROKEN), ended)();
    contained('admin', broken, broken)();
    await expect.poll(() => ended).toHaveBeenCalledTimes(2);
    expect(await faults('admin')).toBe(4);
  });
});

/** Callbacks without a caller that could catch: each has to be contained, or to say why it cannot throw. */
const CALLBACK =
  /\.(?:on|once)\(|setInterval\(|setTimeout\(|setImmediate\(|subscribe(?:Session|Inbox|Events)\(/;
const EXEMPT = [
  // Node's own count-downs and one-line ends, which call nothing of ours.
  'clearTimeout(timer)',
  "once('close', release)",
  "once('disconnect', release)",
  'reply.raw.destroy()',
  "server.once('error', reject)",
  // They resolve a promise.
  "once('ready', done)",
  "once('close', done)",
  // These push into a bounded list, or do nothing.
  'runtime.subscribeSession(sessionId, pending.add)',
  'runtime.subscribeInbox(userId, () => undefined)',
  "socket.once('close', () => {",
  "server.on('connection', (socket) => {",
];

test('every listener, timer and subscription of the gateway is contained', () => {
  const uncontained: string[] = [];
  for (const name of readdirSync(import.meta.dirname)) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    const lines = readFileSync(join(import.meta.dirname, name), 'utf8').split('\n');
    for (const [at, line] of lines.entries()) {
      if (!CALLBACK.test(line) || EXEMPT.some((text) => line.includes(text))) continue;
      const nearby = lines.slice(at, at + 3).join('\n');
      if (!/contained|Contained|timer = setTimeout\(end|setInterval\(keepAlive/.test(nearby))
        uncontained.push(`${name}:${at + 1}: ${line.trim()}`);
    }
  }
  expect(uncontained).toEqual([]);
});
