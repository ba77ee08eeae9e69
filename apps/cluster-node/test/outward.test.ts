import { HttpAgent } from '@ag-ui/client';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FakeAgent, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession, textOf } from './support/answers.ts';
import { API_KEY, TestCluster } from './support/cluster.ts';

let cluster: TestCluster;
let agent: FakeAgent;

beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1 });
});
afterAll(() => cluster.close());
beforeEach(async () => {
  agent = new FakeAgent();
  await agent.listen();
  agent.handler = (_, response, body) => {
    const { messages } = JSON.parse(body);
    const { text } = messages.at(-1).parts[0];
    stream(response).end(
      sse(
        { type: 'start' },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'heard ' },
        { type: 'text-delta', id: '1', delta: text },
        { type: 'text-end', id: '1' },
        {
          type: 'finish',
          messageMetadata: { usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 } },
        },
      ),
    );
  };
});
afterEach(() => agent.close());

const textsOf = async (sessionId: string) =>
  (await messagesOf(cluster, sessionId, 'n1')).map(textOf);

describe('an AG-UI client', () => {
  function clientOf(sessionId: string): HttpAgent {
    return new HttpAgent({
      url: `${cluster.node('n1').url}/api/sessions/${sessionId}/ag-ui`,
      headers: { authorization: `Bearer ${API_KEY}` },
    });
  }

  test('talks with an agent, turn after turn, and each message is in the log once', async () => {
    const sessionId = await openSession(cluster, 'alice', { id: 'echo', origin_url: agent.url });
    const client = clientOf(sessionId);
    client.addMessage({ id: 'u1', role: 'user', content: 'hi' });
    const events: string[] = [];
    const { newMessages } = await client.runAgent(
      {},
      { onEvent: ({ event }) => void events.push(event.type) },
    );
    expect(newMessages).toMatchObject([{ role: 'assistant', content: 'heard hi' }]);
    expect(events.filter((type, at) => type !== events[at - 1])).toEqual([
      'RUN_STARTED',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'RUN_FINISHED',
    ]);
    client.addMessage({ id: 'u2', role: 'user', content: 'and?' });
    await client.runAgent();
    expect(client.messages.map(({ content }) => content)).toEqual([
      'hi',
      'heard hi',
      'and?',
      'heard and?',
    ]);
    expect(await textsOf(sessionId)).toEqual(['hi', 'heard hi', 'and?', 'heard and?']);
    // The same message again is the same message: its answer is read from the log.
    const again = clientOf(sessionId);
    again.setMessages([{ id: 'u2', role: 'user', content: 'and?' }]);
    expect((await again.runAgent()).newMessages).toMatchObject([{ content: 'heard and?' }]);
    expect(await textsOf(sessionId)).toHaveLength(4);
  });

  test('decides on an approval, and the answer goes on', async () => {
    const ask = { toolCallId: 'c1', toolName: 'mail', dynamic: true };
    agent.handler = (_, response, body) => {
      const { messages } = JSON.parse(body);
      const decided = JSON.stringify(messages).includes('"approved":true');
      stream(response).end(
        decided
          ? sse(
              { type: 'tool-output-available', toolCallId: 'c1', output: 'sent', dynamic: true },
              { type: 'text-start', id: '1' },
              { type: 'text-delta', id: '1', delta: 'Sent.' },
              { type: 'text-end', id: '1' },
              { type: 'finish' },
            )
          : sse(
              { type: 'start' },
              { type: 'tool-input-start', ...ask },
              { type: 'tool-input-available', ...ask, input: { to: 'bob' } },
              { type: 'tool-approval-request', approvalId: 'p1', toolCallId: 'c1' },
              { type: 'finish' },
            ),
      );
    };
    const sessionId = await openSession(cluster, 'alice', { id: 'mailer', origin_url: agent.url });
    const client = clientOf(sessionId);
    client.addMessage({ id: 'u1', role: 'user', content: 'Mail Bob' });
    await client.runAgent();
    expect(client.messages.at(-1)).toMatchObject({
      toolCalls: [{ id: 'c1', function: { name: 'mail', arguments: '{"to":"bob"}' } }],
    });
    await client.runAgent({
      resume: [{ interruptId: 'p1', status: 'resolved', payload: { approved: true } }],
    });
    expect(client.messages.slice(-2)).toMatchObject([
      { role: 'tool', toolCallId: 'c1', content: 'sent' },
      { role: 'assistant', content: 'Sent.' },
    ]);
  });

  test('gets the error of an agent that fails', async () => {
    agent.handler = (_, response) => response.writeHead(404).end();
    const sessionId = await openSession(cluster, 'alice', { id: 'broken', origin_url: agent.url });
    const client = clientOf(sessionId);
    client.addMessage({ id: 'u1', role: 'user', content: 'hi' });
    const errors: unknown[] = [];
    await client
      .runAgent({}, { onRunErrorEvent: ({ event }) => void errors.push(event.message) })
      .catch((error: unknown) => errors.push(error));
    expect(errors).not.toEqual([]);
    expect(JSON.stringify(errors)).not.toContain(agent.url);
  });
});

describe('an OpenAI client', () => {
  const client = (headers: Readonly<Record<string, string>> = {}) =>
    new OpenAI({
      baseURL: `${cluster.node('n1').url}/v1`,
      apiKey: API_KEY,
      defaultHeaders: headers,
    });
  const ask = (content: string) => ({
    model: 'model',
    user: 'alice',
    messages: [{ role: 'user' as const, content }],
  });
  beforeEach(async () => {
    const body = { agent: { origin_url: agent.url } };
    const { status } = await cluster.once('n1', 'PATCH', '/api/agents/model', { body });
    if (status === 404) await openSession(cluster, 'alice', { id: 'model', origin_url: agent.url });
  });

  test('asks an agent, as a whole and as a stream with usage', async () => {
    const { data, response } = await client().chat.completions.create(ask('hi')).withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'model',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'heard hi' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    });
    const sessionId = response.headers.get('x-fleetlm-session') ?? '';
    expect(await textsOf(sessionId)).toEqual(['hi', 'heard hi']);
    const chunks = await client({ 'x-fleetlm-session': sessionId }).chat.completions.create({
      ...ask('and?'),
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: unknown = null;
    for await (const chunk of chunks) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect([text, usage]).toMatchObject(['heard and?', { total_tokens: 7 }]);
    expect(await textsOf(sessionId)).toEqual(['hi', 'heard hi', 'and?', 'heard and?']);
  });

  test('names a conversation as it likes, and sends a message once under a key', async () => {
    const mine = client({ 'x-fleetlm-session': 'my-chat' });
    const first = await mine.chat.completions.create(ask('one')).withResponse();
    const history = [
      ...ask('one').messages,
      { role: 'assistant' as const, content: 'heard one' },
      ...ask('two').messages,
    ];
    const second = await mine.chat.completions
      .create({ ...ask(''), messages: history }, { headers: { 'idempotency-key': 'k1' } })
      .withResponse();
    const id = first.response.headers.get('x-fleetlm-session') ?? '';
    expect(second.response.headers.get('x-fleetlm-session')).toBe(id);
    const again = await mine.chat.completions.create(
      { ...ask(''), messages: history },
      { headers: { 'idempotency-key': 'k1' } },
    );
    expect(again.choices[0]?.message.content).toBe('heard two');
    expect(await textsOf(id)).toEqual(['one', 'heard one', 'two', 'heard two']);
  });

  test('is refused in the form that it reads', async () => {
    const failed = (body: object, headers = {}) =>
      client(headers)
        .chat.completions.create({ ...ask('hi'), ...body }, { maxRetries: 0 })
        .catch((error: unknown) => error);
    expect(await failed({ model: 'none-such' })).toMatchObject({
      status: 404,
      code: 'not_found',
      error: { message: 'there is no agent "none-such"' },
    });
    expect(await failed({ user: undefined })).toMatchObject({ status: 422, param: 'user' });
    const tool = { type: 'function', function: { name: 'f' } };
    expect(await failed({ tools: [tool] })).toMatchObject({ status: 422, param: 'tools' });
    const history = [...ask('a').messages, { role: 'assistant', content: 'b' }];
    expect(await failed({ messages: [...history, ...ask('c').messages] })).toMatchObject({
      status: 422,
      param: 'x-fleetlm-session',
    });
    agent.handler = (_, response) => response.writeHead(404).end();
    const calls = agent.calls.length;
    const error = await client()
      .chat.completions.create(ask('hi'))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 502, code: 'agent_failed' });
    // The client does not send the message again by itself.
    expect(agent.calls.length).toBe(calls + 1);
  });

  test('lists the agents as models', async () => {
    const models = [];
    for await (const model of client().models.list()) models.push(model.id);
    expect(models).toContain('model');
  });
});
