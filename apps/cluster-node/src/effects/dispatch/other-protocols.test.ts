import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { content, finished, runStream, started } from './call/adapters/testing/ag-ui-streams.ts';
import { completion, event } from './call/adapters/testing/openai-chat-streams.ts';
import {
  completed,
  delta,
  responseStream,
} from './call/adapters/testing/openai-responses-streams.ts';
import { contentOf, DispatchBed, SECRET } from './testing/dispatch-bed.ts';
import { stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

const reply = () => contentOf(bed.session().tail.at(-1));
const KEY = 'Bearer sk-of-the-owner';

describe('an OpenAI-compatible server', () => {
  beforeEach(() => {
    bed.setAgent({
      adapter: 'openai-chat',
      model: 'llama3.2',
      webhookPath: '/v1/chat/completions',
      headers: { authorization: KEY },
    });
  });

  test("is sent the conversation as messages, with the owner's key and the signature, and its answer is kept", async () => {
    bed.agent.handler = (_, response) =>
      stream(response).end(
        completion(
          event({ role: 'assistant', content: '' }),
          event({ content: 'Hel' }),
          event({ content: 'lo' }, 'stop'),
          event(null, null, { usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } }),
          '[DONE]',
        ),
      );
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
    expect(reply().metadata).toMatchObject({
      model: 'test-model',
      finish_reason: 'stop',
      usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 },
    });
    const [call] = bed.agent.calls;
    expect(JSON.parse(call?.body ?? '')).toEqual({
      model: 'llama3.2',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(call?.headers).toMatchObject({
      authorization: KEY,
      accept: 'text/event-stream',
      'webhook-id': expect.any(String),
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
    await bed.say('and?');
    await bed.settled('idle', 2);
    expect(JSON.parse(bed.agent.calls[1]?.body ?? '').messages).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'and?' },
    ]);
  });

  test.each([
    ['reports an error before its content', completion({ error: { message: `${KEY} is busy` } })],
    [
      'answers without content',
      completion(event({ role: 'assistant' }), event({}, 'stop'), '[DONE]'),
    ],
    ['breaks off before its content', completion(event({ role: 'assistant' }))],
    ['sends something else', completion({ type: 'start' })],
  ])('that %s is asked again', async (_, first) => {
    bed.agent.handler = (_request, response) =>
      stream(response).end(
        bed.agent.calls.length === 1
          ? first
          : completion(event({ content: 'Hello' }, 'stop'), '[DONE]'),
      );
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
    expect(bed.reports).toMatchObject([{ outcome: 'will-retry' }, { outcome: 'answered' }]);
    expect(JSON.stringify(bed.reports)).not.toContain(KEY);
    expect(JSON.stringify(bed.reports)).not.toContain(SECRET);
  });

  test('that breaks off after its content has what came kept, sealed', async () => {
    const calls = [{ index: 0, id: 'c', function: { name: 'look', arguments: '{"at":' } }];
    bed.agent.handler = (_, response) =>
      stream(response).end(completion(event({ content: 'Well' }), event({ tool_calls: calls })));
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Well (disconnect)');
    expect(reply().content.parts).toContainEqual(
      expect.objectContaining({ type: 'dynamic-tool', toolName: 'look', state: 'output-error' }),
    );
  });

  test('that reports an error after its content has it shown, and what came kept', async () => {
    bed.agent.handler = (_, response) =>
      stream(response).end(completion(event({ content: 'Well' }), { error: 'out of memory' }));
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Well (error)');
    expect(reply().metadata.error).toBe('out of memory');
  });

  test('that falls silent is ended by the limit of silence', async () => {
    bed.setAgent({ idleTimeoutMs: 150, timeoutMs: 60_000 });
    bed.agent.handler = (_, response) =>
      stream(response).write(completion(event({ content: 'Well' })));
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Well (error)');
  });

  test('that does not know the model fails the turn at once', async () => {
    bed.agent.handler = (_, response) =>
      response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"error":{"message":"no model"}}');
    await bed.say('hi');
    await bed.settled('failed');
    expect(bed.agent.calls).toHaveLength(1);
  });
});

test('a server with `/v1/responses` is sent input items, and its answer is kept', async () => {
  bed.setAgent({
    adapter: 'openai-responses',
    model: 'gpt-test',
    webhookPath: '/v1/responses',
    headers: { authorization: KEY },
  });
  bed.agent.handler = (_, response) =>
    stream(response).end(
      responseStream(delta('Hel'), delta('lo'), completed({ usage: { input_tokens: 5 } })),
    );
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(reply().metadata).toMatchObject({
    model: 'gpt-test',
    finish_reason: 'stop',
    usage: { inputTokens: 5 },
  });
  const [call] = bed.agent.calls;
  expect(JSON.parse(call?.body ?? '')).toEqual({
    model: 'gpt-test',
    input: [{ role: 'user', content: 'hi' }],
    stream: true,
    store: false,
  });
  expect(call?.headers).toMatchObject({ authorization: KEY, accept: 'text/event-stream' });
});

describe('an AG-UI agent', () => {
  beforeEach(() => {
    bed.setAgent({ adapter: 'ag-ui' });
  });
  const run = (...events: readonly object[]) => runStream(started, ...events);

  test('is sent the input of a run, and its state from turn to turn', async () => {
    bed.agent.handler = (_, response, body) => {
      const { count = 0 } = JSON.parse(body).state;
      const op = count === 0 ? 'add' : 'replace';
      stream(response).end(
        run(
          { type: 'STATE_DELTA', delta: [{ op, path: '/count', value: count + 1 }] },
          content(`turn ${count + 1}`),
          finished,
        ),
      );
    };
    await bed.say('hi');
    await bed.settled('idle');
    await bed.say('and?');
    await bed.settled('idle', 2);
    expect(bed.texts()).toEqual([
      'user: hi',
      'agent: turn 1 (finish)',
      'user: and?',
      'agent: turn 2 (finish)',
    ]);
    const inputs = bed.agent.calls.map(({ body }) => JSON.parse(body));
    expect(inputs.map(({ state }) => state)).toEqual([{}, { count: 1 }]);
    expect(inputs[1].messages.map(({ role }: { role: string }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });

  test.each([
    ['reports an error before its content', run({ type: 'RUN_ERROR', message: 'busy' })],
    ['ends without content', run(finished)],
    ['breaks off before its content', run()],
    ['sends something else', completion(event({ content: 'x' }))],
  ])('that %s is asked again', async (_, first) => {
    bed.agent.handler = (_request, response) =>
      stream(response).end(bed.agent.calls.length === 1 ? first : run(content('Hello'), finished));
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
    expect(bed.reports).toMatchObject([{ outcome: 'will-retry' }, { outcome: 'answered' }]);
  });

  test('that breaks off after its content has what came kept, sealed', async () => {
    bed.agent.handler = (_, response) =>
      stream(response).end(
        run(content('Well'), { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look' }),
      );
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Well (disconnect)');
    expect(reply().content.parts).toContainEqual(
      expect.objectContaining({ type: 'dynamic-tool', toolName: 'look', state: 'output-error' }),
    );
  });
});

describe('an agent that answers in plain text', () => {
  beforeEach(() => {
    bed.setAgent({ adapter: 'text' });
  });

  test('is sent the webhook, and its text is the reply', async () => {
    bed.agent.handler = (_, response) => {
      const bytes = Buffer.from('Grüße 🌍');
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.write(bytes.subarray(0, 3), () => response.end(bytes.subarray(3)));
    };
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Grüße 🌍 (finish)');
    const [call] = bed.agent.calls;
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ trigger: 'submit-message', epoch: 1 });
    expect(call?.headers.accept).toBe('text/plain');
  });

  test('and whose connection breaks has what came kept', async () => {
    bed.agent.handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('Well', () => setImmediate(() => response.destroy()));
    };
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Well (disconnect)');
  });

  test('but sends a page instead is asked again', async () => {
    bed.agent.handler = (_, response) =>
      bed.agent.calls.length === 1
        ? response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in</p>')
        : response.writeHead(200, { 'content-type': 'text/plain' }).end('Hello');
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
    expect(bed.reports[0]?.error).toContain('text/html');
  });
});
