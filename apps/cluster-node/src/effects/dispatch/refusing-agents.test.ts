import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ATTEMPTS_MAX } from './attempt/retry-policy.ts';
import { DispatchBed, SESSION, sessionIdOf } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';
import { RawAgents } from './testing/raw-agents.ts';

/** What agents do wrong, by accident or on purpose. The letters are those of the project's reliability checklist. */

let bed: DispatchBed;
let raw: RawAgents;

beforeEach(async () => {
  bed = await DispatchBed.start();
  raw = new RawAgents();
});
afterEach(async () => {
  await bed.close();
  await raw.close();
});

const firstThen = (first: typeof bed.agent.handler): void => {
  bed.agent.handler = (request, response, body) => {
    if (bed.agent.calls.length === 1) first(request, response, body);
    else stream(response).end(sse(...HELLO));
  };
};
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';

/** Answered by the second attempt, and the first one is reported like this. */
async function failsOnce(report: object): Promise<void> {
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(bed.reports).toMatchObject([
    { outcome: 'will-retry', ...report },
    { outcome: 'answered' },
  ]);
}

describe('H6 an agent that asks for patience', () => {
  test.each([
    ['1', 1_000],
    [new Date(Date.now() + 86_400_000).toUTCString(), 60_000],
    ['99999999999999999999', 60_000],
  ])('Retry-After %s is honoured, within a minute', async (header, atLeastMs) => {
    bed.agent.handler = (_, response) => response.writeHead(429, { 'retry-after': header }).end();
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    const [report] = bed.reports;
    const waitMs = (report?.nextAttemptAtMs ?? 0) - Date.now();
    expect(waitMs).toBeGreaterThan(atLeastMs - 900);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    expect(bed.session().dispatch).toMatchObject({ status: 'waiting', attempt: 1 });
  });

  test.each(['-5', 'soon', '', '1e9'])('Retry-After %j means nothing', async (header) => {
    bed.agent.handler = (_, response) => response.writeHead(503, { 'retry-after': header }).end();
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    expect((bed.reports[0]?.nextAttemptAtMs ?? 0) - Date.now()).toBeLessThan(1_000);
  });

  test('after the last attempt the user gets an error', async () => {
    bed.agent.handler = (_, response) => response.writeHead(503).end();
    await bed.say('hi');
    expect(await bed.settled('failed')).toMatchObject({ attempt: ATTEMPTS_MAX });
    expect(bed.reports.map(({ outcome }) => outcome)).toEqual([
      ...Array(ATTEMPTS_MAX - 1).fill('will-retry'),
      'failed',
    ]);
  });
});

describe('H7 an agent that leads elsewhere', () => {
  test.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (status) => {
    bed.agent.handler = (_, response) =>
      response.writeHead(status, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    await bed.say('hi');
    expect(await bed.settled('failed')).toMatchObject({
      error: `The agent answered with status ${status}.`,
    });
    expect(bed.agent.calls).toHaveLength(1);
  });

  test.each([
    'http://127.0.0.1',
    'http://localhost',
    'http://10.0.0.1',
    'http://169.254.169.254',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[64:ff9b::7f00:1]',
    'http://0x7f000001',
    'http://017700000001',
    'http://0',
  ])('%s is refused where private addresses are, and never tried again', async (origin) => {
    const port = new URL(bed.agent.url).port;
    bed.takeOver({ allowPrivateAddresses: false });
    bed.setAgent({ originUrl: `${origin}:${port}` });
    await bed.say('hi');
    expect(await bed.settled('failed')).toMatchObject({
      error: expect.stringContaining('not a public address'),
    });
    expect(bed.agent.calls).toHaveLength(0);
    expect(bed.reports).toMatchObject([{ failure: 'refused', outcome: 'failed', status: null }]);
  });
});

describe('H8 an answer that is none', () => {
  test.each<[string, (response: Parameters<typeof bed.agent.handler>[1]) => void]>([
    ['204', (response) => response.writeHead(204).end()],
    ['an empty body', (response) => stream(response).end()],
    ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
    ['an error line', (response) => stream(response).end(sse({ type: 'error', errorText: 'no' }))],
  ])('%s is a failed attempt', async (_, answer) => {
    firstThen((_request, response) => answer(response));
    await failsOnce({ failure: 'answer' });
  });

  test('two lengths at once are a failed attempt', async () => {
    const url = await raw.listen((socket) =>
      socket.end(`${HEAD}content-length: 5\r\ncontent-length: 9\r\n\r\nhello`),
    );
    bed.setAgent({ originUrl: url });
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    expect(bed.reports).toMatchObject([{ failure: 'connection', outcome: 'will-retry' }]);
  });

  test('an answer that ends without a word is a message all the same, when it says that it ends', async () => {
    bed.agent.handler = (_, response) =>
      stream(response).end(sse({ type: 'start' }, { type: 'finish' }));
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts()).toEqual(['user: hi', 'agent:  (finish)']);
  });
});

describe('H10 to H12', () => {
  test('H10 an agent that goes on after a stop reaches no reader', async () => {
    bed.agent.handler = (_, response) => {
      stream(response).write(sse(...OPENING, delta('Hi')));
      response.on('error', () => undefined);
      const go = setInterval(() => response.write(sse(delta(' more'))), 1);
      response.once('close', () => clearInterval(go));
    };
    await bed.say('hi');
    await expect.poll(() => bed.shown.length).toBeGreaterThan(5);
    const stopped = bed.engine.stopAnswer(SESSION);
    const { length } = bed.shown;
    await stopped;
    await expect.poll(() => bed.agent.open).toBe(0);
    expect(bed.shown.length).toBe(length);
    expect(bed.texts()).toHaveLength(2);
  });

  test('H11 an agent that writes into the same conversation while it answers is not locked out', async () => {
    bed.agent.handler = (_, response) => {
      bed.perform({
        type: 'append-message',
        sessionId: SESSION,
        sender: { type: 'agent', id: 'bot' },
        clientMessageId: 'aside',
        message: {
          id: 'aside',
          kind: 'text',
          payload: Buffer.from('{"content":{"parts":[{"text":"aside"}]},"metadata":{}}'),
          preview: '',
        },
        debounceMs: 0,
        whileAnswering: 'queue',
        held: null,
        timeMs: Date.now(),
      });
      stream(response).end(sse(...HELLO));
    };
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts()).toEqual(['user: hi', 'agent: aside (undefined)', 'agent: Hello (finish)']);
    expect(bed.agent.calls).toHaveLength(1);
  });

  test('H12 a name that does not exist, and a port without a listener, fail at once and are classified', async () => {
    for (const originUrl of [
      'http://no-such-host.invalid',
      'http://127.0.0.1:1',
      'https://127.0.0.1:1',
    ]) {
      bed.setAgent({ originUrl });
      const sessionId = sessionIdOf(bed.reports.length + 1);
      bed.createSession(sessionId);
      const before = bed.reports.length;
      await bed.say('hi', sessionId);
      await expect.poll(() => bed.reports.length).toBeGreaterThan(before);
      const report = bed.reports.find((one) => one.sessionId === sessionId);
      expect(report).toMatchObject({ failure: 'connection', outcome: 'will-retry' });
    }
  });
});
