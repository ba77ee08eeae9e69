import type { ContextAnswer } from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession } from './support/answers.ts';
import { TestCluster, tokenFor } from './support/cluster.ts';

const SETTLE = { timeout: 30_000, interval: 50 };
let cluster: TestCluster;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
}, 120_000);
afterAll(() => cluster?.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
});
afterEach(() => agent.close());

let turns = 0;
async function turn(sessionId: string, text: string): Promise<void> {
  turns += 1;
  const body = { user_id: 'ann', content: { text } };
  const path = `/api/sessions/${sessionId}/messages`;
  expect((await cluster.call('n1', 'POST', path, { body })).status).toBe(201);
  const answers = async () =>
    (await messagesOf(cluster, sessionId, 'n1')).filter(({ kind }) => kind === 'assistant').length;
  await expect.poll(answers, SETTLE).toBe(turns);
}

const sentTexts = (): readonly string[] => {
  const { messages } = JSON.parse(agent.calls.at(-1)?.body ?? '{}');
  return messages.map(({ parts }: { parts: { text: string }[] }) => parts[0]?.text);
};
const textsOf = ({ messages }: ContextAnswer): readonly unknown[] =>
  messages.map(({ parts }) => parts[0]?.text);

test('what an agent would be sent is shown, overridden and summarised from outside, and is what it is sent', async () => {
  turns = 0;
  const sessionId = await openSession(cluster, 'ann', { id: 'context', origin_url });
  const path = `/api/sessions/${sessionId}/context`;
  const context = async (node = 'n2'): Promise<ContextAnswer> => {
    const { status, body } = await cluster.call(node, 'GET', path);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as unknown as ContextAnswer;
  };
  await turn(sessionId, 'one');
  await turn(sessionId, 'two');
  expect(textsOf(await context())).toEqual(['one', 'Hello', 'two', 'Hello']);
  expect(await context()).toMatchObject({
    truncated: false,
    compacted_through_seq: null,
    token_budget: null,
    omitted: 0,
  });
  const token = await tokenFor('ann');
  expect((await cluster.call('n1', 'GET', path, { token })).status).toBe(403);

  const admin = { token: await tokenFor('olga', 'admin') };
  const overrides = { message_history_mode: 'tail', message_history_limit: 2, token_budget: 5_000 };
  const set = await cluster.call('n3', 'PUT', path, { body: { overrides }, ...admin });
  expect(set).toMatchObject({ status: 200, body: { truncated: true, token_budget: 5_000 } });
  await turn(sessionId, 'three');
  expect(sentTexts()).toEqual(['Hello', 'three']);
  // The user names the conversation, and neither sees the override nor takes it away.
  const session = `/api/sessions/${sessionId}`;
  const renamed = await cluster.call('n1', 'PATCH', session, {
    body: { metadata: { title: 'Mine' } },
    token,
  });
  expect(renamed.body).toMatchObject({ session: { metadata: { title: 'Mine' } } });
  expect(JSON.stringify(renamed.body)).not.toContain('fleetlm_context');
  expect((await context()).overrides).toMatchObject(overrides);
  const forged = await cluster.call('n1', 'PATCH', session, {
    body: { metadata: { fleetlm_context: { token_budget: 1 } } },
    token,
  });
  expect(forged).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'metadata.fleetlm_context' }] },
  });
  const cleared = await cluster.call('n1', 'PUT', path, { body: { overrides: {} } });
  expect(cleared).toMatchObject({ status: 200, body: { truncated: false, token_budget: null } });

  const inbox = await cluster.socket('n1', 'ann');
  const before = (await inbox.timeout(5_000).emitWithAck('inbox:join', {})).sessions[0];
  const put = (through_seq: number) =>
    cluster.call('n2', 'POST', `${path}/summary`, {
      body: { through_seq, summary: 'They said hello.' },
    });
  expect(await put(4)).toMatchObject({ status: 200, body: { compacted_through_seq: 4 } });
  expect(await put(99)).toMatchObject({ status: 422, body: { errors: [{ path: 'through_seq' }] } });
  expect(textsOf(await context('n3'))).toEqual(['They said hello.', 'three', 'Hello']);
  const after = (await inbox.timeout(5_000).emitWithAck('inbox:join', {})).sessions[0];
  expect(after).toMatchObject({
    unread_count: before.unread_count,
    last_message: before.last_message,
  });
  await turn(sessionId, 'four');
  expect(sentTexts()).toEqual(['They said hello.', 'three', 'Hello', 'four']);
});
