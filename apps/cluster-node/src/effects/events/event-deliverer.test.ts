import { verifyWebhook } from '@fleetlm/agent';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpPools } from '../dispatch/call/http-pools.ts';
import { FakeAgent } from '../dispatch/testing/fake-agent.ts';
import { EventDeliverer, type EventDelivererPorts } from './event-deliverer.ts';
import {
  EVENT_ATTEMPTS_MAX,
  EVENT_CALLS_PER_SUBSCRIPTION_MAX,
  EVENTS_WAITING_PER_GROUP_MAX,
} from './event-limits.ts';
import { MemoryEvents, sessionOf } from './testing/memory-events.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let receiver: FakeAgent;
let memory: MemoryEvents;
let pools: HttpPools;
let nowMs: number;
let failures: unknown[];
const deliverers: EventDeliverer[] = [];

beforeEach(async () => {
  receiver = new FakeAgent();
  await receiver.listen();
  receiver.handler = (_, response) => response.writeHead(204).end();
  memory = new MemoryEvents();
  pools = new HttpPools(true);
  nowMs = 1_000_000;
  failures = [];
});
afterEach(async () => {
  for (const deliverer of deliverers.splice(0)) await deliverer.stop();
  await pools.destroy();
  await receiver.close();
});

function open(
  groups: readonly { readonly group: number; readonly term: number }[],
  changes: Partial<EventDelivererPorts> = {},
): EventDeliverer {
  const deliverer = new EventDeliverer({
    store: memory.store,
    subscriptions: memory.subscriptionStore,
    ledGroups: () => groups,
    signingSecrets: () => [SECRET],
    pools,
    allowPrivateAddresses: true,
    wallClockMs: () => nowMs,
    random: () => 0,
    onFailure: (error) => failures.push(error),
    onDisabled: () => undefined,
    ...changes,
  });
  deliverers.push(deliverer);
  return deliverer;
}

/** Cursors in the order in which they came. */
const received = (): readonly number[] =>
  receiver.calls.map(({ body }) => Number(JSON.parse(body).cursor));
const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, n) => n + 1);

/** Passes until a condition holds, with time that goes on. */
async function until(deliverer: EventDeliverer, holds: () => boolean): Promise<void> {
  await expect
    .poll(async () => {
      nowMs += 60_000;
      await deliverer.pass();
      return holds();
    })
    .toBe(true);
}

test('delivers each event, signed, under an id of its own, and in its order', async () => {
  memory.subscribe('sub_1', `${receiver.url}/events?a=1`);
  memory.append(7, 3);
  const deliverer = open([{ group: 7, term: 1 }]);
  await until(deliverer, () => receiver.calls.length === 3);
  expect(received()).toEqual([1, 2, 3]);
  for (const { headers, body } of receiver.calls) {
    const { id } = verifyWebhook({
      secret: SECRET,
      headers,
      body,
      nowMs,
      toleranceSeconds: 86_400,
    });
    expect(JSON.parse(body)).toMatchObject({ id, type: 'message.created' });
    expect(id).not.toContain('.');
    expect(headers['content-type']).toBe('application/json');
  }
  await until(deliverer, () => memory.cursors.get('sub_1 7') === 3);
  expect(deliverer.stats).toEqual({ delivered: 3, failedAttempts: 0, deadLetters: 0, waiting: 0 });
});

test('sends only types that are asked for, of groups that are led, from the subscription on', async () => {
  memory.append(7, 1, 'run.failed');
  memory.append(7, 1);
  memory.append(8, 1, 'run.failed');
  memory.append(7, 1, 'run.failed');
  memory.subscribe('sub_1', receiver.url, { types: ['run.failed'], startsAfter: 1 });
  memory.subscribe('sub_2', receiver.url, { status: 'disabled' });
  const deliverer = open([{ group: 7, term: 1 }]);
  await until(deliverer, () => receiver.calls.length > 0);
  await deliverer.pass();
  expect(received()).toEqual([4]);
});

test('what fails is tried again before anything that follows it in its group', async () => {
  let left = 3;
  receiver.handler = (_, response, body) => {
    const isRefused = JSON.parse(body).cursor === '2' && left-- > 0;
    response.writeHead(isRefused ? 503 : 200).end('x');
  };
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 3);
  memory.append(8, 1);
  const deliverer = open([
    { group: 7, term: 1 },
    { group: 8, term: 1 },
  ]);
  await until(deliverer, () => deliverer.stats.delivered === 4);
  const ofSeven = received().filter((cursor) => cursor !== 4);
  expect(ofSeven).toEqual([1, 2, 2, 2, 2, 3]);
  expect(deliverer.stats).toMatchObject({ failedAttempts: 3, deadLetters: 0 });
});

test('gives an event up after EVENT_ATTEMPTS_MAX attempts and goes on with the next', async () => {
  receiver.handler = (_, response, body) =>
    response.writeHead(JSON.parse(body).cursor === '1' ? 500 : 200).end();
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 2);
  const deliverer = open([{ group: 7, term: 1 }]);
  await until(deliverer, () => deliverer.stats.delivered === 1);
  expect(received()).toEqual([...new Array(EVENT_ATTEMPTS_MAX).fill(1), 2]);
  expect(memory.deadLetters).toEqual([{ position: 1, attempts: EVENT_ATTEMPTS_MAX }]);
});

test('an event that is refused for good is a dead letter at once; 410 disables the subscription', async () => {
  receiver.handler = (_, response, body) =>
    response.writeHead(JSON.parse(body).cursor === '1' ? 422 : 410).end();
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 3);
  const disabled: string[] = [];
  const deliverer = open([{ group: 7, term: 1 }], { onDisabled: (id) => disabled.push(id) });
  await until(deliverer, () => disabled.length > 0);
  await deliverer.pass();
  expect(received()).toEqual([1, 2]);
  expect(memory.deadLetters).toEqual([{ position: 1, attempts: 1 }]);
  expect(memory.subscriptions.get('sub_1')).toMatchObject({
    status: 'disabled',
    disabledReason: 'it answered with 410',
  });
});

test('a new leader goes on where the one before it was saved: nothing is left out', async () => {
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 40);
  // The eleventh call stays open, so that there is something left to take over.
  receiver.handler = (_, response) => {
    if (receiver.calls.length <= 10) response.writeHead(204).end();
  };
  const first = open([{ group: 7, term: 1 }]);
  await until(first, () => receiver.calls.length > 10);
  // It is gone without a word: what it had not saved is delivered again.
  memory.isAway = true;
  await first.stop();
  memory.isAway = false;
  receiver.handler = (_, response) => response.writeHead(204).end();
  const atTakeover = receiver.calls.length;
  const second = open([{ group: 7, term: 2 }]);
  await until(second, () => received().at(-1) === 40);
  expect([...new Set(received())].sort((a, b) => a - b)).toEqual(upTo(40));
  const afterwards = received().slice(atTakeover);
  expect(afterwards).toEqual(upTo(40).slice((afterwards[0] ?? 1) - 1));
});

test('a node that stops in order has nothing delivered twice', async () => {
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 40);
  const first = open([{ group: 7, term: 1 }]);
  await until(first, () => receiver.calls.length >= 10);
  await first.stop();
  const second = open([{ group: 7, term: 2 }]);
  await until(second, () => second.stats.delivered + first.stats.delivered >= 40);
  const twice = received().length - new Set(received()).size;
  // The call under way is broken off, and made again.
  expect(twice).toBeLessThanOrEqual(1);
});

test('makes EVENT_CALLS_PER_SUBSCRIPTION_MAX calls at a time, one of a group', async () => {
  receiver.handler = () => undefined;
  memory.subscribe('sub_1', receiver.url);
  const groups = Array.from({ length: EVENT_CALLS_PER_SUBSCRIPTION_MAX + 3 }, (_, group) => group);
  for (const group of groups) memory.append(group, 2);
  const deliverer = open(groups.map((group) => ({ group, term: 1 })));
  await until(deliverer, () => receiver.open >= EVENT_CALLS_PER_SUBSCRIPTION_MAX);
  await deliverer.pass();
  expect(receiver.open).toBe(EVENT_CALLS_PER_SUBSCRIPTION_MAX);
  const sessions = receiver.calls.map(({ body }) => JSON.parse(body).data.session_id);
  expect(new Set(sessions).size).toBe(EVENT_CALLS_PER_SUBSCRIPTION_MAX);
});

test('reads EVENTS_WAITING_PER_GROUP_MAX events of a group and the next when these are delivered', async () => {
  receiver.handler = () => undefined;
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, EVENTS_WAITING_PER_GROUP_MAX + 5);
  const deliverer = open([{ group: 7, term: 1 }]);
  await until(deliverer, () => receiver.open === 1);
  await deliverer.pass();
  expect(deliverer.stats.waiting).toBe(EVENTS_WAITING_PER_GROUP_MAX);
  expect(memory.reads).toBe(1);
});

test('while Postgres is away nothing is sent, and nothing spins; afterwards it goes on', async () => {
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 2);
  const deliverer = open([{ group: 7, term: 1 }]);
  memory.isAway = true;
  await deliverer.pass();
  await deliverer.pass();
  expect(failures).toHaveLength(2);
  expect(receiver.calls).toHaveLength(0);
  memory.isAway = false;
  await until(deliverer, () => receiver.calls.length === 2);
});

test('an event whose message was erased is passed over', async () => {
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 2);
  memory.erased.add(1);
  const deliverer = open([{ group: 7, term: 1 }]);
  await until(deliverer, () => receiver.calls.length === 1);
  expect(received()).toEqual([2]);
  expect(JSON.parse(receiver.calls[0]?.body ?? '').data.session_id).toBe(sessionOf(7));
});

test('a secret that this node cannot open is a failed attempt, and nothing is sent', async () => {
  memory.subscribe('sub_1', receiver.url);
  memory.append(7, 1);
  const deliverer = open([{ group: 7, term: 1 }], { signingSecrets: () => null });
  await until(deliverer, () => deliverer.stats.failedAttempts > 1);
  expect(receiver.calls).toHaveLength(0);
});
