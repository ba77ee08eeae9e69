import { verifyWebhook } from '@fleetlm/agent';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentOf, DispatchBed, GROUP, SECRET, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

test('a message is answered: signed call, chunks shown in order, one message committed', async () => {
  bed.agent.handler = (_, response) => stream(response).end(`${sse(...HELLO)}data: [DONE]\n\n`);
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  const [call] = bed.agent.calls;
  verifyWebhook({ secret: SECRET, headers: call?.headers ?? {}, body: call?.body ?? '' });
  expect(call?.headers).toMatchObject({ 'webhook-id': `${SESSION}:1`, 'x-own': 'yes' });
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    id: SESSION,
    user_id: 'ann',
    epoch: 1,
    attempt: 1,
    messages: [{ role: 'user', seq: 1, parts: [{ type: 'text', text: 'hi' }] }],
  });
  expect(bed.shown.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  expect(bed.shown[0]?.chunk).toMatchObject({ messageId: bed.session().tail.at(-1)?.id });
});

test('an agent that speaks lines of JSON is understood as well', async () => {
  bed.agent.handler = (_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/x-ndjson' })
      .end(HELLO.map((chunk) => `${JSON.stringify(chunk)}\n`).join(''));
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
});

test('failing before the first content is tried again under the same webhook-id', async () => {
  bed.agent.handler = (_, response) => {
    const { length } = bed.agent.calls;
    if (length === 1) response.writeHead(503).end('busy');
    else if (length === 2)
      stream(response).end(sse({ type: 'start' }, { type: 'error', errorText: 'no luck' }));
    else stream(response).end(sse(...HELLO));
  };
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  const { calls } = bed.agent;
  expect(calls.map(({ headers }) => headers['webhook-id'])).toEqual(Array(3).fill(`${SESSION}:1`));
  expect(calls.map(({ body }) => JSON.parse(body).attempt)).toEqual([1, 2, 3]);
});

test('every attempt is reported as it ends, with its times and without its secrets', async () => {
  bed.setAgent({ headers: { authorization: 'Bearer very-secret-token' } });
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length === 1)
      response
        .writeHead(503, { 'set-cookie': 'a=b', 'retry-after': '0' })
        .end(`no room for very-secret-token, Bearer very-secret-token ${'x'.repeat(9_000)}`);
    else stream(response).end(sse(...HELLO));
  };
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.reports).toMatchObject([
    {
      sessionId: SESSION,
      userId: 'ann',
      agentId: 'bot',
      epoch: 1,
      attempt: 1,
      webhookId: `${SESSION}:1`,
      url: `${bed.agent.url}/webhook`,
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
  const [first, second] = bed.reports;
  expect(first?.nextAttemptAtMs).toBeGreaterThan(first?.startedAtMs ?? 0);
  expect(second?.firstTokenMs).toBeLessThanOrEqual(second?.totalMs ?? 0);
  expect(second?.response?.body).toContain('text-delta');
  expect(JSON.stringify(bed.reports)).not.toContain('Bearer very-secret');
  expect(JSON.stringify(bed.reports)).not.toContain('set-cookie');
});

test('an agent that is down ends as failed, with a reason; asking again starts anew', async () => {
  bed.agent.handler = (_, response) => response.writeHead(404).end();
  await bed.say('hi');
  expect(await bed.settled('failed')).toMatchObject({
    status: 'failed',
    error: 'The agent answered with status 404.',
  });
  expect(bed.reports).toMatchObject([{ outcome: 'failed', status: 404, failure: 'status' }]);
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  bed.perform({ type: 'retry-dispatch', sessionId: SESSION, timeMs: Date.now() });
  await bed.settled('idle');
  expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
});

test('an answer that breaks off is kept as it stands, closed', async () => {
  const call = { type: 'tool-input-available', toolCallId: 't', toolName: 'add', input: {} };
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING, delta('Hello'), call), () => response.destroy());
  };
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts().at(-1)).toBe('agent: Hello (disconnect)');
  expect(contentOf(bed.session().tail.at(-1)).content.parts).toMatchObject([
    { type: 'text', state: 'done' },
    { type: 'tool-add', state: 'output-error' },
  ]);
  expect(bed.reports).toMatchObject([{ outcome: 'broken-off', termination: 'disconnect' }]);
});

test('a stream that ends without a finish is a disconnect, and rubbish ends it as an error', async () => {
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO.slice(0, 4)));
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts().at(-1)).toBe('agent: Hello (disconnect)');
  bed.agent.handler = (_, response) =>
    stream(response).end(`${sse(...HELLO.slice(0, 3))}data: {"type":"no-such-chunk"}\n\n`);
  await bed.say('again');
  await bed.settled('idle', 2);
  expect(bed.texts().at(-1)).toBe('agent: Hello (error)');
});

test('a new leader takes up what was running, as the next attempt', async () => {
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length === 1) stream(response).write(sse(...HELLO.slice(0, 3)));
    else stream(response).end(sse(...HELLO));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  bed.leads = false;
  bed.takeOver();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(bed.agent.calls[1]?.headers['webhook-id']).toBe(`${SESSION}:1`);
  expect(bed.reports.map(({ outcome }) => outcome)).toEqual(['dropped', 'answered']);
});

test('a node that has lost its office ends its calls and commits nothing', async () => {
  bed.agent.handler = (_, response) => stream(response).write(sse(...HELLO.slice(0, 3)));
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  bed.leads = false;
  bed.engine.leadershipLost(GROUP);
  await expect.poll(() => bed.agent.open).toBe(0);
  expect(bed.engine.liveAnswer(SESSION)).toBeNull();
  expect(bed.texts()).toEqual(['user: hi']);
});

test('410 disables the agent; a private address is refused where that is not allowed', async () => {
  bed.agent.handler = (_, response) => response.writeHead(410).end();
  await bed.say('hi');
  await bed.settled('failed');
  expect(bed.agents.get('bot')?.status).toBe('disabled');
  bed.setAgent({ status: 'enabled' });
  bed.takeOver({ allowPrivateAddresses: false });
  bed.perform({ type: 'retry-dispatch', sessionId: SESSION, timeMs: Date.now() });
  expect(await bed.settled('failed', 2)).toMatchObject({
    error: expect.stringContaining('not a public address'),
  });
  expect(bed.agent.calls).toHaveLength(1);
});

test('the connection of an answer is let to its end, and serves the next one', async () => {
  let aborted = 0;
  bed.agent.handler = (request, response) => {
    request.once('aborted', () => {
      aborted += 1;
    });
    stream(response).write(sse(...HELLO));
    setTimeout(() => response.end('data: [DONE]\n\n'), 30);
  };
  await bed.say('hi');
  await bed.settled('idle');
  await expect.poll(() => bed.agent.open).toBe(0);
  await bed.say('again');
  await bed.settled('idle', 2);
  await expect.poll(() => bed.agent.open).toBe(0);
  expect(aborted).toBe(0);
  expect(bed.agent.connections).toBe(1);
});

test('work is found although nothing announced it, and only looked at when it is due', async () => {
  bed.takeOver({}, { rescanMs: 10 });
  await bed.settled('idle', 0);
  bed.engine.dispatchChanged = () => undefined;
  await bed.say('hi', SESSION);
  await bed.settled('idle');
  expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
});
