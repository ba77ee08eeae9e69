import { verifyWebhook } from '@fleetlm/agent';
import type { EventBody, EventFeedBody, EventSubscriptionBody } from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent } from '../src/effects/dispatch/testing/fake-agent.ts';
import { leaderOf, openSession } from './support/answers.ts';
import type { TestCluster } from './support/cluster.ts';
import { OwnerBed, SETTLE } from './support/owner-bed.ts';

/** What the backend of a product sees, with real nodes, a real Postgres and a real receiver. */

let bed: OwnerBed;
let cluster: TestCluster;
let agent: FakeAgent;
let receiver: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  bed = await OwnerBed.start({ FLUSH_INTERVAL_MS: '500' });
  cluster = bed.cluster;
});
afterAll(() => bed?.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
  receiver = new FakeAgent();
  await receiver.listen();
  receiver.handler = (_, response) => response.writeHead(204).end();
});
afterEach(async () => {
  await agent.close();
  await receiver.close();
});

async function subscribe(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<EventSubscriptionBody> {
  const { status, body } = await cluster.call('n1', 'POST', '/api/event-subscriptions', {
    body: { subscription: { url: `${receiver.url}/hook`, ...settings } },
  });
  expect({ status, body }).toMatchObject({ status: 201 });
  return (body as unknown as { subscription: EventSubscriptionBody }).subscription;
}

async function unsubscribe(id: string): Promise<void> {
  const path = `/api/event-subscriptions/${id}`;
  expect((await cluster.insist('n1', 'DELETE', path)).status).toBe(204);
}

const eventsOf = (sessionId: string): readonly EventBody[] =>
  receiver.calls
    .map(({ body }): EventBody => JSON.parse(body))
    .filter(({ data }) => data.session_id === sessionId);

async function feed(query: string): Promise<EventFeedBody> {
  return bed.get<EventFeedBody>(`/api/events${query}`, 'n2');
}

/** The whole feed by pages, of one session. */
async function listed(sessionId: string, limit = 3): Promise<readonly EventBody[]> {
  const events: EventBody[] = [];
  let page = await feed(`?limit=${limit}`);
  events.push(...page.events);
  while (page.has_more) {
    page = await feed(`?after=${page.next}&limit=${limit}`);
    events.push(...page.events);
  }
  return events.filter(({ data }) => data.session_id === sessionId);
}

test('the life of a conversation is delivered in order, signed, and is the same in the feed', async () => {
  const { id, secret = '' } = await subscribe();
  const sessionId = await openSession(cluster, 'ann', { id: 'events-life', origin_url });
  await bed.say(sessionId, 'ann', 'hi');
  await expect
    .poll(() => eventsOf(sessionId).map(({ type }) => type), SETTLE)
    .toEqual(['session.created', 'message.created', 'message.created', 'run.finished']);
  agent.handler = (_, response) => response.writeHead(404).end();
  await bed.say(sessionId, 'ann', 'and now?');
  await expect.poll(() => eventsOf(sessionId).at(-1)?.type, SETTLE).toBe('run.failed');
  expect((await cluster.call('n1', 'DELETE', `/api/sessions/${sessionId}`)).status).toBe(204);
  await expect.poll(() => eventsOf(sessionId).at(-1)?.type, SETTLE).toBe('session.archived');

  for (const { headers, body } of receiver.calls) verifyWebhook({ secret, headers, body });
  const delivered = eventsOf(sessionId);
  expect(new Set(delivered.map((event) => event.id)).size).toBe(delivered.length);
  expect(delivered[1]?.data).toMatchObject({
    user_id: 'ann',
    agent_id: 'events-life',
    message: { seq: 1, content: { text: 'hi' } },
  });
  expect(delivered[3]?.data).toMatchObject({ epoch: 1, seq: 2, termination: 'finish' });
  expect(delivered.at(-2)?.data).toMatchObject({ epoch: 2, error: expect.any(String) });
  expect(await listed(sessionId)).toEqual(delivered);
  await unsubscribe(id);
});

test('the leader of a conversation is killed while it delivers: every event comes, in order', async () => {
  const { id } = await subscribe({ types: ['message.created'] });
  const sessionId = await openSession(cluster, 'ben', { id: 'events-kill', origin_url });
  agent.handler = (_, response) => response.writeHead(404).end();
  // Slow enough to be killed in between.
  receiver.handler = (_, response) => setTimeout(() => response.writeHead(204).end(), 50);
  const leader = await leaderOf(cluster, sessionId, 'n1');
  const other = leader === 'n1' ? 'n2' : 'n1';
  const say = async (number: number): Promise<void> => {
    const path = `/api/sessions/${sessionId}/messages`;
    const body = {
      user_id: 'ben',
      content: { text: String(number) },
      client_message_id: `events-${number}`,
    };
    const { status } = await cluster.insist(other, 'POST', path, { body });
    expect([200, 201]).toContain(status);
  };
  for (let number = 1; number <= 20; number += 1) await say(number);
  await expect.poll(() => eventsOf(sessionId).length, SETTLE).toBeGreaterThan(3);
  await cluster.node(leader).kill('SIGKILL');
  for (let number = 21; number <= 40; number += 1) await say(number);
  const seqs = (): readonly number[] =>
    eventsOf(sessionId).map(({ data }) => data.message?.seq ?? 0);
  await expect.poll(() => new Set(seqs()).size, SETTLE).toBe(40);
  // Some may have come twice; each for the first time in its order.
  expect([...new Set(seqs())]).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  await cluster.revive();
  await unsubscribe(id);
});

test('a receiver that refuses: a dead letter, which is replayed; a test call says what came back', async () => {
  const { id } = await subscribe({ types: ['message.created'] });
  const sessionId = await openSession(cluster, 'cem', { id: 'events-dead', origin_url });
  receiver.handler = (_, response) => response.writeHead(422).end('no');
  await bed.say(sessionId, 'cem', 'hi');
  const letters = () =>
    bed.get<{ readonly dead_letters: readonly Readonly<Record<string, unknown>>[] }>(
      `/api/event-subscriptions/${id}/dead-letters`,
    );
  await expect.poll(async () => (await letters()).dead_letters.length, SETTLE).toBeGreaterThan(0);
  expect((await letters()).dead_letters[0]).toMatchObject({
    type: 'message.created',
    status: 422,
    error_code: 'http_status',
  });
  const tested = await cluster.call('n1', 'POST', `/api/event-subscriptions/${id}/test`);
  expect(tested.body).toMatchObject({ is_delivered: false, status: 422 });
  receiver.handler = (_, response) => response.writeHead(204).end();
  receiver.calls.length = 0;
  const path = `/api/event-subscriptions/${id}/dead-letters/replay`;
  await expect
    .poll(async () => (await cluster.call('n3', 'POST', path)).body, SETTLE)
    .toMatchObject({ failed: 0, remaining: 0 });
  expect(eventsOf(sessionId).map(({ type }) => type)).toContain('message.created');
  await unsubscribe(id);
});

test('subscriptions are created, changed, listed without secrets, and for operators alone', async () => {
  const created = await subscribe({ description: 'Billing' });
  const path = `/api/event-subscriptions/${created.id}`;
  const shown = { ...created };
  delete shown.secret;
  expect(await bed.get(path, 'n2')).toEqual({ subscription: shown });
  const changed = await cluster.call('n3', 'PATCH', path, {
    body: { subscription: { status: 'disabled', types: ['run.failed'] } },
  });
  expect(changed.body).toMatchObject({
    subscription: { status: 'disabled', types: ['run.failed'], description: 'Billing' },
  });
  const rotated = await cluster.call('n1', 'POST', `${path}/secret/rotate`, {
    body: { overlap_s: 60 },
  });
  expect(rotated.body).toMatchObject({
    secret: expect.stringMatching(/^whsec_/),
    previous_until: expect.any(String),
  });
  expect(JSON.stringify(await bed.get('/api/event-subscriptions'))).not.toContain('whsec_');
  for (const [body, field] of [
    [{ url: 'ftp://x' }, 'subscription.url'],
    [{ url: receiver.url, types: [] }, 'subscription.types'],
    [{ url: receiver.url, types: ['feedback'] }, 'subscription.types.0'],
  ] as const) {
    const refused = await cluster.call('n1', 'POST', '/api/event-subscriptions', {
      body: { subscription: body },
    });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: field }] } });
  }
  await unsubscribe(created.id);
  expect((await cluster.call('n1', 'GET', path)).status).toBe(404);
});
