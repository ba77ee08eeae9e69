import { verifyWebhook } from '@fleetlm/agent';
import { ulid } from 'ulid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completion, event } from '../call/adapters/testing/openai-chat-streams.ts';
import { delta, FakeAgent, HELLO, OPENING, sse, stream } from '../testing/fake-agent.ts';
import { TEST_BYTES_MAX, TEST_CALLS_MAX, TestCaller, type TestReport } from './test-caller.ts';
import { TEST_CHUNKS_MAX } from './test-reading.ts';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const TOKEN = 'Bearer a-token-of-the-owner';
let agent: FakeAgent;

beforeEach(async () => {
  agent = new FakeAgent();
  await agent.listen();
});
afterEach(() => agent.close());

const callerWith = (allowPrivateAddresses = true): TestCaller =>
  new TestCaller({
    allowPrivateAddresses,
    newSessionUlid: ulid,
    newMessageId: () => crypto.randomUUID(),
    wallClockMs: Date.now,
  });

type Call = Parameters<TestCaller['call']>[0];

function call(
  caller = callerWith(),
  fields: Partial<Call['agent']> = {},
  conversation: Partial<Pick<Call, 'text' | 'earlier' | 'sessionId'>> = {},
) {
  return caller.call({
    agent: {
      id: 'bot',
      originUrl: agent.url,
      webhookPath: '/webhook',
      adapter: 'ai-sdk',
      model: null,
      apiKey: null,
      headers: { authorization: TOKEN },
      timeoutMs: 5_000,
      connectTimeoutMs: 2_000,
      idleTimeoutMs: null,
      totalTimeoutMs: null,
      messageHistoryMode: 'entire',
      messageHistoryParts: 'all',
      messageHistoryLimit: 50,
      ...fields,
    },
    secrets: [SECRET],
    isSecretKnown: true,
    text: 'Hello!',
    earlier: [],
    sessionId: null,
    ...conversation,
  });
}

async function report(...given: Parameters<typeof call>): Promise<TestReport> {
  const made = await call(...given);
  if (made === null) throw new Error('the test was not made');
  return made;
}

const wrongOf = ({ findings }: TestReport): readonly string[] =>
  findings.filter(({ verdict }) => verdict === 'wrong').map(({ check }) => check);

test('one call, signed and marked as a test, reported chunk by chunk and without secrets', async () => {
  agent.handler = (request, response) =>
    stream(response).end(
      sse(...OPENING, delta(String(request.headers.authorization)), ...HELLO.slice(3)),
    );
  const made = await report();
  expect(made).toMatchObject({ isHealthy: true, status: 200, failure: null, chunkCount: 5 });
  expect(made.chunks.map(({ text }) => JSON.parse(text).type)).toEqual([
    'start',
    'text-start',
    'text-delta',
    'text-end',
    'finish',
  ]);
  expect(made.chunks.every(({ error }) => error === null)).toBe(true);
  expect(made.firstTokenMs).toBeGreaterThan(0);
  expect(made.request?.headers).toMatchObject({
    authorization: '[redacted]',
    'fleetlm-test': 'true',
  });
  expect(JSON.stringify(made)).not.toContain('a-token-of');
  expect(JSON.stringify(made)).not.toContain('v1,');
  const [seen] = agent.calls;
  verifyWebhook({ secret: SECRET, headers: seen?.headers ?? {}, body: seen?.body ?? '' });
  expect(JSON.parse(seen?.body ?? '')).toMatchObject({
    agent_id: 'bot',
    user_id: 'fleetlm-test',
    messages: [{ content: { text: 'Hello!' }, metadata: { test: true } }],
  });
  expect(agent.calls).toHaveLength(1);
});

test.each<[string, string, string[]]>([
  ['a status', '', ['status']],
  ['a line that is no JSON', `${sse(...OPENING)}data: {"type"\n\n`, ['chunks', 'end']],
  ['a chunk of no type', sse(...OPENING, { type: 'nonsense' }), ['chunks', 'end']],
  ['an end of nothing', sse({ type: 'start' }, { type: 'text-end', id: 'x' }), ['order']],
  ['an error chunk', sse({ type: 'error', errorText: 'no' }), ['end']],
])('what is wrong is named: %s', async (_, body, wrong) => {
  agent.handler = (__, response) => {
    if (body === '') response.writeHead(500).end('broken');
    else stream(response).end(body);
  };
  const made = await report();
  expect(made.isHealthy).toBe(false);
  expect(wrongOf(made)).toEqual(expect.arrayContaining(wrong));
});

test('an invalid chunk is reported with its reason, and what follows is read', async () => {
  agent.handler = (_, response) =>
    stream(response).end(
      sse(...OPENING, { type: 'nonsense' }, delta('still here'), ...HELLO.slice(3)),
    );
  const { chunks } = await report();
  expect(chunks.map(({ error }) => error === null)).toEqual([true, true, false, true, true, true]);
});

test('no listener, too slow, too much: reported in bounded time and space', async () => {
  expect(await report(callerWith(), { originUrl: 'http://127.0.0.1:9' })).toMatchObject({
    status: null,
    failure: { code: 'connection_refused' },
    isHealthy: false,
  });
  agent.handler = () => undefined;
  expect(await report(callerWith(), { timeoutMs: 150 })).toMatchObject({
    failure: { code: 'first_byte_timeout' },
    findings: [{ check: 'connection', verdict: 'wrong' }],
  });
  agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING));
    const flood = (): void => {
      while (!response.destroyed && response.write(sse(delta('x'.repeat(100)))));
      if (!response.destroyed) response.once('drain', flood);
    };
    flood();
  };
  const flooded = await report();
  expect(flooded.failure).toMatchObject({
    code: 'invalid_answer',
    detail: expect.stringContaining(String(TEST_BYTES_MAX)),
  });
  expect(flooded.chunks).toHaveLength(TEST_CHUNKS_MAX);
  expect(flooded.chunkCount).toBeGreaterThan(TEST_CHUNKS_MAX);
  await expect.poll(() => agent.open).toBe(0);
});

test('a private address is refused as for any other call', async () => {
  const made = await report(callerWith(false));
  expect(made).toMatchObject({ status: null, failure: { code: 'private_address' } });
  expect(agent.calls).toEqual([]);
});

test('only so many at once', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  agent.handler = (_, response) => {
    released.then(
      () => stream(response).end(sse(...HELLO)),
      () => undefined,
    );
  };
  const caller = callerWith();
  const running = Array.from({ length: TEST_CALLS_MAX }, () => call(caller));
  expect(await call(caller)).toBeNull();
  release();
  expect((await Promise.all(running)).every((made) => made?.isHealthy === true)).toBe(true);
  expect((await call(caller))?.isHealthy).toBe(true);
});

test('a conversation goes on: earlier messages are sent as the agent asks for them, and the answer is reported whole', async () => {
  const first = await report();
  expect(first.answer).toMatchObject([{ type: 'text', text: 'Hello' }]);
  const conversation = {
    text: 'And then?',
    earlier: [
      { role: 'user', text: 'Hello!' },
      { role: 'assistant', parts: first.answer ?? [] },
    ],
    sessionId: first.sessionId,
  } as const;
  const next = await report(callerWith(), {}, conversation);
  expect(next.sessionId).toBe(first.sessionId);
  const [, second] = agent.calls;
  expect(JSON.parse(second?.body ?? '')).toMatchObject({
    id: first.sessionId,
    epoch: 2,
    messages: [
      { seq: 1, role: 'user', parts: [{ type: 'text', text: 'Hello!' }] },
      { seq: 2, role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] },
      { seq: 3, role: 'user', parts: [{ type: 'text', text: 'And then?' }] },
    ],
  });
  await report(callerWith(), { messageHistoryMode: 'last' }, conversation);
  const [, , third] = agent.calls;
  expect(JSON.parse(third?.body ?? '').messages).toMatchObject([{ seq: 3 }]);
});

test('a test of an OpenAI-compatible server asks it as a turn would, and reports what it became', async () => {
  agent.handler = (_, response) =>
    stream(response).end(completion(event({ content: 'Hello' }, 'stop'), '[DONE]'));
  const fields = { adapter: 'openai-chat', model: 'llama3.2' } as const;
  const made = await report(callerWith(), fields);
  expect(made).toMatchObject({ isHealthy: true, failure: null });
  expect(made.answer).toContainEqual({ type: 'text', text: 'Hello', state: 'done' });
  expect(JSON.parse(agent.calls[0]?.body ?? '')).toMatchObject({
    model: 'llama3.2',
    messages: [{ role: 'user', content: 'Hello!' }],
  });
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  const other = await report(callerWith(), fields);
  expect(other.isHealthy).toBe(false);
  expect(wrongOf(other)).toEqual(['stream']);
  agent.handler = (_, response) => response.writeHead(401).end(`no such key: ${TOKEN}`);
  const refused = await report(callerWith(), fields);
  expect(wrongOf(refused)).toEqual(['status']);
  expect(JSON.stringify(refused)).not.toContain(TOKEN);
});
