import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { content, runStream } from '../src/effects/dispatch/call/adapters/testing/ag-ui-streams.ts';
import {
  completion,
  event,
} from '../src/effects/dispatch/call/adapters/testing/openai-chat-streams.ts';
import { FakeAgent, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession, textOf } from './support/answers.ts';
import { TestCluster } from './support/cluster.ts';

const ANSWER_LIMIT_MS = 20_000;
let cluster: TestCluster;
let agent: FakeAgent;

beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1 });
});
afterAll(() => cluster.close());
beforeEach(async () => {
  agent = new FakeAgent();
  await agent.listen();
});
afterEach(() => agent.close());

async function say(sessionId: string, text: string): Promise<void> {
  const body = { user_id: 'alice', content: { text } };
  const path = `/api/sessions/${sessionId}/messages`;
  expect((await cluster.call('n1', 'POST', path, { body })).status).toBe(201);
}

const textsOf = async (sessionId: string) =>
  (await messagesOf(cluster, sessionId, 'n1')).map(textOf);

test('an OpenAI-compatible server is registered with a URL and a model, and answers turn after turn', async () => {
  agent.handler = (_, response, body) => {
    const { model, messages } = JSON.parse(body);
    stream(response).end(
      completion(
        event({ role: 'assistant', content: '' }),
        event({ content: `${model} heard ` }),
        event({ content: messages.at(-1).content }, 'stop'),
        event(null, null, { usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } }),
        '[DONE]',
      ),
    );
  };
  const registered = { origin_url: agent.url, webhook_path: '/v1/chat/completions' };
  const without = { id: 'llama', name: 'Llama', ...registered, adapter: 'openai-chat' };
  const refused = await cluster.call('n1', 'POST', '/api/agents', { body: { agent: without } });
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'agent.adapter_options.model' }] },
  });
  const sessionId = await openSession(cluster, 'alice', {
    ...without,
    adapter_options: { model: 'llama3.2', api_key: 'sk-of-the-provider' },
  });
  await say(sessionId, 'hi');
  const first = ['hi', 'llama3.2 heard hi'];
  await expect.poll(() => textsOf(sessionId), { timeout: ANSWER_LIMIT_MS }).toEqual(first);
  const [, reply] = await messagesOf(cluster, sessionId, 'n1');
  expect(reply?.metadata).toMatchObject({
    termination: 'finish',
    finish_reason: 'stop',
    usage: { totalTokens: 7 },
  });
  await say(sessionId, 'and?');
  await expect
    .poll(() => textsOf(sessionId), { timeout: ANSWER_LIMIT_MS })
    .toEqual([...first, 'and?', 'llama3.2 heard and?']);
  expect(JSON.parse(agent.calls[1]?.body ?? '').messages).toHaveLength(3);
  // The key of the provider goes with every call, and is shown to none who asks.
  for (const { headers } of agent.calls)
    expect(headers.authorization).toBe('Bearer sk-of-the-provider');
  const shown = await cluster.text('n1', 'GET', '/api/agents/llama');
  expect(shown.text).toContain('"adapter_options":{"model":"llama3.2","has_api_key":true}');
  expect(shown.text).not.toContain('sk-of-the-provider');
  const tested = await cluster.call('n1', 'POST', '/api/agents/llama/test', { body: {} });
  expect(tested).toMatchObject({ status: 200, body: { test: { is_healthy: true } } });
});

test('an AG-UI agent answers turn after turn, and is tested before', async () => {
  agent.handler = (_, response, body) => {
    const { threadId, runId, messages } = JSON.parse(body);
    stream(response).end(
      runStream(
        { type: 'RUN_STARTED', threadId, runId },
        content(`heard ${messages.at(-1).content}`),
        { type: 'RUN_FINISHED', threadId, runId },
      ),
    );
  };
  const registered = { id: 'graph', origin_url: agent.url, adapter: 'ag-ui' };
  const sessionId = await openSession(cluster, 'alice', registered);
  await say(sessionId, 'hi');
  const first = ['hi', 'heard hi'];
  await expect.poll(() => textsOf(sessionId), { timeout: ANSWER_LIMIT_MS }).toEqual(first);
  await say(sessionId, 'and?');
  await expect
    .poll(() => textsOf(sessionId), { timeout: ANSWER_LIMIT_MS })
    .toEqual([...first, 'and?', 'heard and?']);
  expect(JSON.parse(agent.calls[0]?.body ?? '').threadId).toBe(sessionId);
  const tested = await cluster.call('n1', 'POST', '/api/agents/graph/test', { body: {} });
  expect(tested).toMatchObject({ status: 200, body: { test: { is_healthy: true } } });
  agent.handler = (_, response) => stream(response).end(runStream({ type: 'start' }));
  const wrong = await cluster.call('n1', 'POST', '/api/agents/graph/test', { body: {} });
  expect(wrong).toMatchObject({ status: 200, body: { test: { is_healthy: false } } });
  expect(JSON.stringify(wrong.body)).toContain('RUN_FINISHED');
});

test('an agent that answers in plain text is one by a setting', async () => {
  agent.handler = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('Grüße 👋');
  const sessionId = await openSession(cluster, 'alice', {
    id: 'plain',
    origin_url: agent.url,
    adapter: 'text',
  });
  await say(sessionId, 'hi');
  await expect
    .poll(() => textsOf(sessionId), { timeout: ANSWER_LIMIT_MS })
    .toEqual(['hi', 'Grüße 👋']);
});
