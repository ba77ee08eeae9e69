import { EVENT_SUBSCRIPTIONS_MAX, EVENT_TYPES } from '@fleetlm/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FlusherBed, GROUP, OTHER_SESSION, SESSION } from '../flusher/testing/flusher-bed.ts';
import { EVENTS_KEPT_S } from './event-limits.ts';
import type { SubscriptionRecord } from './event-records.ts';
import { EventStore } from './event-store.ts';
import { SubscriptionStore } from './subscription-store.ts';

let bed: FlusherBed;
let store: EventStore;
let subscriptions: SubscriptionStore;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
});
afterAll(async () => {
  await store?.close();
  await bed.close();
});

beforeEach(async () => {
  await bed.reset();
  await store?.close();
  store = new EventStore(bed.url);
  subscriptions = new SubscriptionStore(store.database, () => store.prepare());
});

const positions = (heads: readonly { readonly position: number }[]): readonly number[] =>
  heads.map(({ position }) => position);

function draft(number: number): Omit<SubscriptionRecord, 'startsAfter'> {
  return {
    id: `sub_${String(number).padStart(26, '0')}`,
    url: 'https://backend.example/',
    types: ['message.created', 'run.failed'],
    description: null,
    status: 'enabled',
    disabledReason: null,
    secret: 'sealed',
    previousSecret: { secret: 'older', untilMs: 5_000 },
    insertedAtMs: number,
    updatedAtMs: number,
  };
}

test('lists what follows a cursor, with the messages, by type and page', async () => {
  bed.sayMany(3);
  await bed.flusher().flushNow();
  const all = await store.after(0, EVENT_TYPES, 10);
  expect(all.map(({ type }) => type)).toEqual([
    'session.created',
    ...new Array(3).fill('message.created'),
  ]);
  const messages = await store.after(0, ['message.created'], 2);
  expect(messages).toHaveLength(3);
  const [first, second] = await store.bodies(messages.slice(0, 2));
  expect(first).toMatchObject({
    id: `${SESSION}:message-created:1`,
    type: 'message.created',
    cursor: String(messages[0]?.position),
    data: {
      session_id: SESSION,
      user_id: 'ann',
      agent_id: 'bot',
      message: { seq: 1, sender_id: 'ann', kind: 'text', content: { text: 'hello 1' } },
    },
  });
  expect(second?.data.message?.seq).toBe(2);
  expect(positions(await store.after(messages[1]?.position ?? 0, EVENT_TYPES, 10))).toEqual(
    positions(messages.slice(2)),
  );
});

test('names what is due to each group behind its cursor', async () => {
  bed.create(OTHER_SESSION);
  bed.sayMany(5);
  await bed.flusher().flushNow();
  const { newest } = await store.bounds();
  const all = await store.after(0, ['message.created'], 10);
  const lanes = [
    { group: GROUP, position: all[0]?.position ?? 0 },
    { group: 9, position: 0 },
  ];
  const due = await store.due(lanes, ['message.created'], newest, 2);
  expect(positions(due)).toEqual(positions(all.slice(1, 3)));
  expect(await store.due(lanes, ['run.failed'], newest, 2)).toEqual([]);
});

test('cursors grow only, and only of subscriptions that there are', async () => {
  await subscriptions.insert(draft(1));
  const { id } = draft(1);
  const raise = (subscriptionId: string, position: number) =>
    store.raiseCursors([{ subscriptionId, group: 7, position }]);
  await raise(id, 5);
  await raise(id, 3);
  await raise('sub_gone', 5);
  expect(await store.cursors([7, 8])).toEqual(new Map([[`${id} 7`, 5]]));
});

test('dead letters are listed with their events, and go when they are delivered', async () => {
  bed.sayMany(2);
  await bed.flusher().flushNow();
  const { id } = draft(1);
  const [first, second] = await store.after(0, ['message.created'], 10);
  const at = (head = first): number => head?.position ?? 0;
  const letter = {
    attempts: 2,
    status: null,
    errorCode: 'connection_refused',
    error: 'x',
    failedAtMs: 9_000,
  } as const;
  await store.addDeadLetter(id, at(first), letter);
  await store.addDeadLetter(id, at(second), { ...letter, status: 500 });
  await store.addDeadLetter(id, at(second), { ...letter, attempts: 1, status: 502 });
  expect(await store.deadLetters(id, at(first), 10)).toEqual([
    {
      ...letter,
      attempts: 3,
      status: 502,
      event: {
        position: at(second),
        sessionId: SESSION,
        type: 'message.created',
        ordinal: 2,
      },
    },
  ]);
  expect(positions(await store.deadEvents(id, null, 1))).toEqual([at(first)]);
  expect(positions(await store.deadEvents(id, [at(second)], 10))).toEqual([at(second)]);
  await store.removeDeadLetter(id, at(first));
  expect(await store.countDeadLetters(id)).toBe(1);
});

test('deletes events older than EVENTS_KEPT_S and remembers up to where', async () => {
  bed.sayMany(2);
  await bed.flusher().flushNow();
  const { newest } = await store.bounds();
  await store.sweep(Date.now());
  expect((await store.bounds()).expired).toBe(0);
  await store.sweep(Date.now() + EVENTS_KEPT_S * 1000 + 60_000);
  expect(await store.bounds()).toEqual({ expired: newest, newest });
  expect(await store.after(0, EVENT_TYPES, 10)).toEqual([]);
});

test('what was said in an erased conversation is listed no more', async () => {
  bed.say('hello');
  await bed.flusher().flushNow();
  const [, message] = await store.after(0, EVENT_TYPES, 10);
  // Erased between two reads.
  await bed.sql('DELETE FROM messages');
  expect(message === undefined ? null : await store.bodies([message])).toEqual([]);
  expect((await store.after(0, EVENT_TYPES, 10)).map(({ type }) => type)).toEqual([
    'session.created',
  ]);
});

test('takes EVENT_SUBSCRIPTIONS_MAX subscriptions and no more', async () => {
  for (let number = 1; number <= EVENT_SUBSCRIPTIONS_MAX; number += 1)
    expect(await subscriptions.insert(draft(number))).not.toBeNull();
  expect(await subscriptions.insert(draft(99))).toBeNull();
  const all = await subscriptions.list();
  expect(all.map(({ id }) => id)).toEqual(
    Array.from({ length: EVENT_SUBSCRIPTIONS_MAX }, (_, n) => draft(n + 1).id),
  );
});

test('a subscription begins with the next event; it is changed in part, and removed with all that is its own', async () => {
  bed.say('hello');
  await bed.flusher().flushNow();
  const { newest } = await store.bounds();
  const { id } = draft(1);
  expect(await subscriptions.insert(draft(1))).toEqual({ ...draft(1), startsAfter: newest });
  const changed = await subscriptions.patch(id, { status: 'disabled', disabledReason: 'x' }, 77);
  expect(changed).toEqual({
    ...draft(1),
    startsAfter: newest,
    status: 'disabled',
    disabledReason: 'x',
    updatedAtMs: 77,
  });
  await store.raiseCursors([{ subscriptionId: id, group: 7, position: 1 }]);
  expect(await subscriptions.remove(id)).toBe(true);
  expect(await subscriptions.remove(id)).toBe(false);
  expect(await subscriptions.get(id)).toBeNull();
  expect(await subscriptions.patch(id, {}, 78)).toBeNull();
  expect(await bed.sql('SELECT 1 FROM event_cursors')).toEqual([]);
});
