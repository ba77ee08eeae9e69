import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpPools } from '../dispatch/call/http-pools.ts';
import { FakeAgent } from '../dispatch/testing/fake-agent.ts';
import { type EventCallPorts, eventPauseMs, postEvent } from './event-call.ts';
import {
  EVENT_ANSWER_BYTES_MAX,
  EVENT_ATTEMPTS_MAX,
  EVENT_BACKOFF_MAX_MS,
} from './event-limits.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NOW_MS = Date.UTC(2026, 10, 23, 12);

let receiver: FakeAgent;
let pools: HttpPools;

beforeEach(async () => {
  receiver = new FakeAgent();
  await receiver.listen();
  pools = new HttpPools(true);
});
afterEach(async () => {
  await pools.destroy();
  await receiver.close();
});

const post = (ports: Partial<EventCallPorts> = {}, url = receiver.url, isTest = false) =>
  postEvent(
    { subscription: { id: 'sub_1', url }, id: 'e1', body: '{}', secrets: [SECRET], isTest },
    { pools, allowPrivateAddresses: true, wallClockMs: () => NOW_MS, ...ports },
    new AbortController().signal,
  );

test.each([
  [200, 'delivered', null],
  [204, 'delivered', null],
  [302, 'failed', 'give-up'],
  [400, 'failed', 'give-up'],
  [408, 'failed', 'retry'],
  [409, 'failed', 'retry'],
  [410, 'failed', 'disable'],
  [425, 'failed', 'retry'],
  [429, 'failed', 'retry'],
  [500, 'failed', 'retry'],
  [503, 'failed', 'retry'],
])('%d is %s: %s', async (status, type, consequence) => {
  receiver.handler = (_, response) => response.writeHead(status, { location: '/x' }).end();
  const outcome = await post();
  expect(outcome).toMatchObject({ type, status });
  expect(outcome.type === 'failed' ? outcome.consequence : null).toBe(consequence);
  expect(receiver.calls).toHaveLength(1);
});

test.each([
  ['7', 7_000],
  ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
  ['86400', EVENT_BACKOFF_MAX_MS],
  ['soon', null],
])('Retry-After: %s', async (value, retryAfterMs) => {
  receiver.handler = (_, response) => response.writeHead(503, { 'retry-after': value }).end();
  expect(await post()).toMatchObject({ retryAfterMs });
});

test('pauses double up to EVENT_BACKOFF_MAX_MS, and are longer when that is asked for', () => {
  const failures = Array.from({ length: EVENT_ATTEMPTS_MAX }, (_, n) => n + 1);
  const pauses = failures.map((count) => eventPauseMs(count, null, () => 1));
  expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(Math.max(...pauses)).toBe(EVENT_BACKOFF_MAX_MS);
  expect(eventPauseMs(1, 30_000, () => 0)).toBe(30_000);
  expect(eventPauseMs(1, null, () => 0)).toBe(500);
});

test('a receiver that hangs is a failed attempt after EVENT_TIMEOUT_MS', async () => {
  receiver.handler = () => undefined;
  expect(await post({ timeoutMs: 100 })).toMatchObject({
    type: 'failed',
    status: null,
    errorCode: 'total_timeout',
    consequence: 'retry',
  });
});

test('an answer without end is read to its limit; its status counts', async () => {
  let sent = 0;
  receiver.handler = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && sent < 64 * EVENT_ANSWER_BYTES_MAX) {
        sent += 16_384;
        if (!response.write('x'.repeat(16_384))) break;
      }
    };
    response.on('drain', more);
    more();
  };
  expect(await post()).toEqual({ type: 'delivered', status: 200 });
  expect(sent).toBeLessThan(64 * EVENT_ANSWER_BYTES_MAX);
});

test('private addresses are refused where they are not allowed, and the call is given up', async () => {
  const guarded = new HttpPools(false);
  try {
    const ports = { pools: guarded, allowPrivateAddresses: false };
    for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost')])
      expect(await post(ports, url)).toMatchObject({
        errorCode: 'private_address',
        consequence: 'give-up',
      });
  } finally {
    await guarded.destroy();
  }
  expect(receiver.calls).toHaveLength(0);
});

test('a connection that is refused is tried again, and a test says that it is one', async () => {
  await post({}, receiver.url, true);
  expect(receiver.calls[0]?.headers['fleetlm-test']).toBe('true');
  const { url } = receiver;
  await receiver.close();
  expect(await post({}, url)).toMatchObject({
    errorCode: 'connection_refused',
    consequence: 'retry',
  });
  await receiver.listen();
});
