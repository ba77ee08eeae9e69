import type { UsageAnswer } from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { emit, messagesOf, openSession } from './support/answers.ts';
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
  const usage = { inputTokens: 1_000, outputTokens: 100, totalTokens: 1_100 };
  const chunk = { type: 'message-metadata', messageMetadata: { totalUsage: usage } };
  agent.handler = (_, response) =>
    stream(response).end(sse(...HELLO.slice(0, -1), chunk, ...HELLO.slice(-1)));
});
afterEach(() => agent.close());

const usageOf = (id: string, query = ''): Promise<UsageAnswer> =>
  bed.get<UsageAnswer>(`/api/agents/${id}/usage${query}`);
const flush = () => bed.cluster.insist('n1', 'POST', '/api/admin/flush');

test('what a reply cost is kept with it, summed by day and user, and ends the day of an agent that has spent its budget', async () => {
  const priced = { input_price: 3, output_price: 15, daily_token_budget: 1_500 };
  const id = 'priced';
  const sessionId = await openSession(bed.cluster, 'ann', { id, origin_url, ...priced });
  await bed.say(sessionId, 'ann', 'one');
  await expect
    .poll(async () => (await messagesOf(bed.cluster, sessionId, 'n2')).at(-1)?.metadata, SETTLE)
    .toMatchObject({
      token_usage: {
        input_tokens: 1_000,
        output_tokens: 100,
        total_tokens: 1_100,
        cost_micros: 4_500,
        currency: 'USD',
      },
    });
  for (const node of ['n1', 'n2', 'n3']) await bed.cluster.insist(node, 'POST', '/api/admin/flush');
  await expect.poll(async () => (await usageOf(id)).totals.total_tokens, SETTLE).toBe(1_100);
  expect(await usageOf(id, '?by=user')).toMatchObject({
    rows: [
      { day: null, user_id: 'ann', replies: 1, costs: [{ currency: 'USD', cost_micros: 4_500 }] },
    ],
    budget: { daily_token_budget: 1_500, total_tokens: 1_100, is_exhausted: false },
  });
  const csv = await bed.cluster.text('n3', 'GET', `/api/agents/${id}/usage.csv?by=user`);
  expect(csv.text.split('\r\n')[1]).toBe(',ann,1,1000,100,1100,0,USD,4500');
  const ann = await tokenFor('ann');
  const path = `/api/agents/${id}/usage`;
  expect((await bed.cluster.call('n1', 'GET', path, { token: ann })).status).toBe(403);
  const wide = await bed.cluster.call('n1', 'GET', `${path}?from=2020-01-01`);
  expect(wide).toMatchObject({ status: 422, body: { errors: [{ path: 'from' }] } });

  await bed.say(sessionId, 'ann', 'two');
  await expect
    .poll(async () => (await messagesOf(bed.cluster, sessionId, 'n1')).length, SETTLE)
    .toBe(4);
  for (const node of ['n1', 'n2', 'n3']) await bed.cluster.insist(node, 'POST', '/api/admin/flush');
  const messages = `/api/sessions/${sessionId}/messages`;
  const body = { user_id: 'ann', content: { text: 'three' } };
  await expect
    .poll(() => bed.cluster.once('n1', 'POST', messages, { body }), SETTLE)
    .toMatchObject({ status: 429, body: { code: 'budget_exhausted', retryable: false } });
  const known = (await messagesOf(bed.cluster, sessionId, 'n1')).length;
  const socket = await bed.cluster.socket('n2', 'ann');
  const sent = { session_id: sessionId, client_message_id: 'c1', content: { text: 'four' } };
  expect(await emit(socket, 'session:send', sent)).toMatchObject({
    ok: false,
    error: { code: 'budget_exhausted', message: expect.stringContaining('midnight UTC') },
  });
  expect(await messagesOf(bed.cluster, sessionId, 'n1')).toHaveLength(known);
  const raised = { body: { agent: { daily_token_budget: null } } };
  await bed.cluster.insist('n1', 'PATCH', `/api/agents/${id}`, raised);
  await expect.poll(async () => (await emit(socket, 'session:send', sent)).ok, SETTLE).toBe(true);
});

test('figures that Postgres has can’t be read without it, and the error says so', async () => {
  await openSession(bed.cluster, 'ann', { id: 'away', origin_url });
  await flush();
  await bed.withoutPostgres(async () => {
    const answer = await bed.cluster.once('n1', 'GET', '/api/agents/away/usage');
    expect(answer).toMatchObject({ status: 503, body: { code: 'archive_unavailable' } });
  });
});
