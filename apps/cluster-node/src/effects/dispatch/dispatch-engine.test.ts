import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { verifyWebhook } from '@fleetlm/agent';
import {
  apply,
  type Command,
  createGroupState,
  type GroupState,
  readMessages,
} from '@fleetlm/conversation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentRecord } from '../ports.ts';
import type { AttemptReport } from './attempt-report.ts';
import type { DispatchEngine, LiveChunk } from './dispatch-api.ts';
import { createDispatchEngine } from './dispatch-engine.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const encoder = new TextEncoder();
const SESSION = '07-01J00000000000000000000000';
const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
let state: GroupState;
let engine: DispatchEngine;
let server: Server;
let sockets: Set<Socket>;
let handler: Handler;
let calls: { headers: IncomingMessage['headers']; body: string }[];
let shown: LiveChunk[];
let errors: unknown[];
let leads: boolean;
let agent: AgentRecord;
let sent: number;
let reports: AttemptReport[];

beforeEach(async () => {
  state = createGroupState();
  calls = [];
  shown = [];
  errors = [];
  leads = true;
  sent = 0;
  reports = [];
  sockets = new Set();
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    calls.push({ headers: request.headers, body });
    handler(request, response, body);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  agent = {
    id: 'bot',
    name: 'Bot',
    originUrl: `http://127.0.0.1:${port}`,
    webhookPath: '/webhook',
    messageHistoryMode: 'tail',
    messageHistoryLimit: 50,
    timeoutMs: 2000,
    debounceWindowMs: 0,
    headers: { 'x-own': 'yes' },
    status: 'enabled',
    secret: SECRET,
    insertedAtMs: 0,
    updatedAtMs: 0,
  };
  perform({
    type: 'create-session',
    sessionId: SESSION,
    userId: 'ann',
    agentId: 'bot',
    metadata: encoder.encode('{}'),
    timeMs: Date.now(),
  });
  engine = newEngine();
  engine.start();
});

afterEach(async () => {
  await engine.stop(0);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  expect(errors).toEqual([]);
});

const sse = (...chunks: readonly object[]): string =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
const hello = [
  { type: 'start' },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Hello' },
  { type: 'text-end', id: '1' },
  { type: 'finish' },
];
const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

test('a message is answered: signed call, chunks shown in order, one message committed', async () => {
  handler = (_, response) => stream(response).end(`${sse(...hello)}data: [DONE]\n\n`);
  say('hi');
  await settled('idle');
  expect(texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  const [call] = calls;
  verifyWebhook({ secret: SECRET, headers: call?.headers ?? {}, body: call?.body ?? '' });
  expect(call?.headers).toMatchObject({ 'webhook-id': `${SESSION}:1`, 'x-own': 'yes' });
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    id: SESSION,
    user_id: 'ann',
    epoch: 1,
    attempt: 1,
    messages: [{ role: 'user', seq: 1, parts: [{ type: 'text', text: 'hi' }] }],
  });
  expect(shown.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  expect(shown[0]?.chunk).toMatchObject({ type: 'start', messageId: messages().at(-1)?.id });
});

test('an agent that speaks lines of JSON is understood as well', async () => {
  handler = (_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/x-ndjson' })
      .end(hello.map((chunk) => `${JSON.stringify(chunk)}\n`).join(''));
  say('hi');
  await settled('idle');
  expect(texts().at(-1)).toBe('agent: Hello (finish)');
});

test('failing before the first word is tried again under the same webhook-id', async () => {
  handler = (_, response) => {
    if (calls.length === 1) response.writeHead(503).end('busy');
    else if (calls.length === 2)
      stream(response).end(sse({ type: 'start' }, { type: 'error', errorText: 'no luck' }));
    else stream(response).end(sse(...hello));
  };
  say('hi');
  await settled('idle');
  expect(texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(calls.map(({ headers }) => headers['webhook-id'])).toEqual(Array(3).fill(`${SESSION}:1`));
  expect(calls.map(({ body }) => JSON.parse(body).attempt)).toEqual([1, 2, 3]);
});

test('every attempt is reported as it ends, with its times and without its secrets', async () => {
  agent = { ...agent, headers: { authorization: 'Bearer very-secret-token' } };
  handler = (_, response) => {
    if (calls.length === 1)
      response
        .writeHead(503, { 'set-cookie': 'a=b', 'retry-after': '0' })
        .end(`no room for very-secret-token, Bearer very-secret-token ${'x'.repeat(5000)}`);
    else stream(response).end(sse(...hello));
  };
  say('hi');
  await settled('idle');
  expect(reports).toMatchObject([
    {
      sessionId: SESSION,
      userId: 'ann',
      agentId: 'bot',
      epoch: 1,
      attempt: 1,
      webhookId: `${SESSION}:1`,
      url: `${agent.originUrl}/webhook`,
      status: 503,
      firstTokenMs: null,
      outcome: 'will-retry',
      failure: 'status',
      error: 'The agent answered with status 503.',
      request: { headers: { authorization: '[redacted]', 'webhook-id': `${SESSION}:1` } },
      response: { headers: { 'retry-after': '0' }, isTruncated: true },
    },
    { attempt: 2, status: 200, outcome: 'answered', termination: 'finish', nextAttemptAtMs: null },
  ]);
  const [first, second] = reports;
  expect(first?.nextAttemptAtMs).toBeGreaterThan(first?.startedAtMs ?? 0);
  expect(second?.firstTokenMs).toBeLessThanOrEqual(second?.totalMs ?? 0);
  expect(second?.response?.body).toContain('text-delta');
  expect(JSON.stringify(reports)).not.toContain('Bearer very-secret');
  expect(JSON.stringify(reports)).not.toContain('set-cookie');
});

test('an agent that is down ends as failed, with a reason; asking again starts anew', async () => {
  handler = (_, response) => response.writeHead(404).end();
  say('hi');
  await settled('failed');
  expect(state.sessions.get(SESSION)?.dispatch).toMatchObject({
    status: 'failed',
    error: 'The agent answered with status 404.',
  });
  handler = (_, response) => stream(response).end(sse(...hello));
  perform({ type: 'retry-dispatch', sessionId: SESSION, timeMs: Date.now() });
  await settled('idle');
  expect(texts().at(-1)).toBe('agent: Hello (finish)');
});

test('an answer that breaks off is kept as it stands, closed', async () => {
  handler = (_, response) => {
    stream(response).write(
      sse(...hello.slice(0, 3), {
        type: 'tool-input-available',
        toolCallId: 't',
        toolName: 'add',
        input: {},
      }),
      () => response.destroy(),
    );
  };
  say('hi');
  await settled('idle');
  expect(texts().at(-1)).toBe('agent: Hello (disconnect)');
  expect(partsOfLast()).toMatchObject([
    { type: 'text', state: 'done' },
    { type: 'tool-add', state: 'output-error' },
  ]);
});

test('a stream that ends without a finish is a disconnect, and rubbish ends it as an error', async () => {
  handler = (_, response) => stream(response).end(sse(...hello.slice(0, 4)));
  say('hi');
  await settled('idle');
  expect(texts().at(-1)).toBe('agent: Hello (disconnect)');
  handler = (_, response) =>
    stream(response).end(`${sse(...hello.slice(0, 3))}data: {"type":"no-such-chunk"}\n\n`);
  say('again');
  await settled('idle');
  expect(texts().at(-1)).toBe('agent: Hello (error)');
});

test('silence runs into the time limit', async () => {
  agent = { ...agent, timeoutMs: 200 };
  handler = (_, response) => {
    if (calls.length > 1) stream(response).end(sse(...hello));
  };
  say('hi');
  await settled('idle');
  expect(calls.length).toBe(2);
});

test('stop: nothing is shown any more, and what was said is kept once', async () => {
  let goOn = (): void => undefined;
  handler = (_, response) => {
    stream(response).write(sse(...hello.slice(0, 3)));
    goOn = () => response.write(sse({ type: 'text-delta', id: '1', delta: ' late' }));
  };
  say('hi');
  await expect.poll(() => shown.length).toBe(3);
  expect(engine.liveAnswer(SESSION)?.chunks).toHaveLength(3);
  expect(await engine.stopAnswer(SESSION)).toEqual({ ok: true });
  goOn();
  expect(texts()).toEqual(['user: hi', 'agent: Hello (stop)']);
  expect(state.sessions.get(SESSION)?.dispatch.status).toBe('idle');
  expect(engine.liveAnswer(SESSION)).toBeNull();
  expect(shown.length).toBe(3);
});

test('a new leader takes up what was running, as the next attempt', async () => {
  handler = (_, response) => {
    if (calls.length === 1) stream(response).write(sse(...hello.slice(0, 3)));
    else stream(response).end(sse(...hello));
  };
  say('hi');
  await expect.poll(() => shown.length).toBe(3);
  leads = false;
  engine.leadershipLost(7);
  leads = true;
  const next = newEngine();
  next.start();
  await settled('idle');
  expect(texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(calls[1]?.headers['webhook-id']).toBe(`${SESSION}:1`);
  await next.stop(0);
});

test('messages sent during an answer are answered after it', async () => {
  handler = (_, response) => {
    if (calls.length === 1) say('and another');
    stream(response).end(sse(...hello));
  };
  say('hi');
  await expect.poll(() => texts().filter((text) => text.startsWith('agent')).length).toBe(2);
  expect(JSON.parse(calls[1]?.body ?? '').messages.map(({ seq }: { seq: number }) => seq)).toEqual([
    1, 2, 3,
  ]);
});

test('410 disables the agent; a private address is refused where that is not allowed', async () => {
  handler = (_, response) => response.writeHead(410).end();
  say('hi');
  await settled('failed');
  expect(agent.status).toBe('disabled');
  agent = { ...agent, status: 'enabled' };
  await engine.stop(0);
  engine = newEngine(false);
  engine.start();
  perform({ type: 'retry-dispatch', sessionId: SESSION, timeMs: Date.now() });
  await settled('failed', 2);
  expect(state.sessions.get(SESSION)?.dispatch).toMatchObject({
    error: expect.stringContaining('not a public address'),
  });
  expect(calls).toHaveLength(1);
});

function newEngine(allowPrivateAddresses = true): DispatchEngine {
  return createDispatchEngine({
    propose: async (_, command) =>
      leads
        ? { status: 'applied', reply: perform(command) }
        : { status: 'refused', reason: 'not-leader' },
    ledGroups: () => (leads ? [{ group: 7, term: 1, state }] : []),
    agent: (id) => (id === agent.id ? agent : null),
    disableAgent: async () => {
      agent = { ...agent, status: 'disabled' };
    },
    publishChunk: (chunk) => shown.push(chunk),
    history: async (session, _, limit) =>
      readMessages(session, { beforeSeq: session.lastSeq + 1 }, limit).messages,
    onAttempt: (report) => reports.push(report),
    wallClockMs: () => Date.now(),
    newMessageId: () => crypto.randomUUID(),
    allowPrivateAddresses,
    onError: (error) => errors.push(error),
  });
}

function perform(command: Command) {
  return apply(state, command).reply;
}

function say(text: string): void {
  sent += 1;
  perform({
    type: 'append-message',
    sessionId: SESSION,
    sender: { type: 'user', id: 'ann' },
    clientMessageId: `c${sent}`,
    message: {
      id: crypto.randomUUID(),
      kind: 'text',
      payload: encoder.encode(JSON.stringify({ content: { text }, metadata: {} })),
      preview: text,
    },
    debounceMs: 0,
    timeMs: Date.now(),
  });
}

async function settled(status: 'idle' | 'failed', epoch = 1): Promise<void> {
  await expect
    .poll(
      () => {
        const dispatch = state.sessions.get(SESSION)?.dispatch;
        return dispatch !== undefined && dispatch.epoch >= epoch ? dispatch.status : 'elsewhere';
      },
      { timeout: 15_000 },
    )
    .toBe(status);
}

function messages() {
  return state.sessions.get(SESSION)?.tail ?? [];
}

const decode = (payload: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(payload));

function partsOfLast() {
  return decode(messages().at(-1)?.payload).content.parts;
}

function texts(): readonly string[] {
  return messages().map(({ sender, payload }) => {
    const { content, metadata } = decode(payload);
    if (sender.type === 'user') return `user: ${content.text}`;
    const text = content.parts.map((part: { text?: string }) => part.text ?? '').join('');
    return `agent: ${text} (${metadata.termination})`;
  });
}
