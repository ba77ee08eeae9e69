import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession } from './support/answers.ts';
import { tokenFor } from './support/cluster.ts';
import { OwnerBed, SETTLE } from './support/owner-bed.ts';

let bed: OwnerBed;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  bed = await OwnerBed.start();
}, 120_000);
afterAll(() => bed?.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
});
afterEach(() => agent.close());

test('a user says what it thinks of a reply, changes it and takes it back; its owner sees it counted', async () => {
  const sessionId = await openSession(bed.cluster, 'ann', { id: 'rated', origin_url });
  await bed.say(sessionId, 'ann', 'hi');
  await expect
    .poll(async () => (await messagesOf(bed.cluster, sessionId, 'n1')).length, SETTLE)
    .toBe(2);
  const [ann, bob] = await Promise.all([tokenFor('ann'), tokenFor('bob')]);
  const path = (seq: number) => `/api/sessions/${sessionId}/messages/${seq}/feedback`;
  const put = (body: unknown, seq = 2, token = ann) =>
    bed.cluster.call('n2', 'PUT', path(seq), { body, token });
  expect(await put({ rating: 'up' })).toMatchObject({
    status: 200,
    body: { feedback: { seq: 2, rating: 'up', reason: null, user_id: 'ann', agent_id: 'rated' } },
  });
  const worse = { rating: 'down', reason: 'incorrect', comment: 'It is 7.' };
  expect((await put(worse)).status).toBe(200);
  expect((await put(worse, 1)).status).toBe(404);
  expect((await put(worse, 9)).status).toBe(404);
  expect((await put(worse, 2, bob)).status).toBe(404);
  expect(await put({ ...worse, reason: 'because' })).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'reason' }] },
  });
  const own = { token: ann };
  const list = await bed.cluster.call('n3', 'GET', `/api/sessions/${sessionId}/feedback`, own);
  expect(list.body).toMatchObject({ feedback: [worse] });
  expect(await bed.get('/api/agents/rated/feedback?rating=down')).toMatchObject({
    feedback: [{ session_id: sessionId, ...worse }],
    next: null,
  });
  expect(await bed.get('/api/agents/rated/feedback/stats')).toMatchObject({
    up: 0,
    down: 1,
    reasons: [{ rating: 'down', reason: 'incorrect', count: 1 }],
  });
  const jsonl = await bed.cluster.text('n1', 'GET', '/api/agents/rated/feedback.jsonl');
  expect(JSON.parse(jsonl.text)).toMatchObject(worse);
  expect((await bed.cluster.call('n1', 'GET', '/api/agents/rated/feedback', own)).status).toBe(403);
  expect((await bed.cluster.call('n1', 'DELETE', path(2), own)).status).toBe(204);
  expect(await bed.get('/api/agents/rated/feedback/stats')).toMatchObject({ up: 0, down: 0 });
});

test('without Postgres feedback is refused, and the error says so', async () => {
  const sessionId = await openSession(bed.cluster, 'ann', { id: 'away', origin_url });
  await bed.say(sessionId, 'ann', 'hi');
  await expect
    .poll(async () => (await messagesOf(bed.cluster, sessionId, 'n1')).length, SETTLE)
    .toBe(2);
  await bed.withoutPostgres(async () => {
    const path = `/api/sessions/${sessionId}/messages/2/feedback`;
    const answer = await bed.cluster.once('n1', 'PUT', path, { body: { rating: 'up' } });
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'archive_unavailable', retryable: true },
    });
  });
});
