import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHUNKS_MAX, LINE_LENGTH_MAX, STREAM_BYTES_MAX } from './answer-stream.ts';
import { ATTEMPTS_MAX } from './retry-policy.ts';
import { contentOf, DispatchBed, SESSION, sessionIdOf } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

/** What agents do wrong, by accident or on purpose. The letters are those of the project's reliability checklist. */

let bed: DispatchBed;
const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(async () => {
  await bed.close();
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An agent that speaks TCP and no HTTP of anybody's library. */
async function rawAgent(onRequest: (socket: Socket, count: number) => void): Promise<string> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      count += 1;
      onRequest(socket, count);
    });
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

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

describe('H1 an agent that hangs', () => {
  test('before its headers runs into the limit of the first byte', async () => {
    bed.setAgent({ timeoutMs: 150, idleTimeoutMs: 60_000 });
    firstThen(() => undefined);
    await failsOnce({ failure: 'timeout', error: expect.stringContaining('no first byte') });
    await expect.poll(() => bed.agent.open).toBe(0);
  });

  test('after its headers runs into the same limit', async () => {
    bed.setAgent({ timeoutMs: 150, idleTimeoutMs: 60_000 });
    firstThen((_, response) => stream(response).flushHeaders());
    await failsOnce({ status: 200, failure: 'timeout' });
  });

  test('in the middle of its answer ends it by the limit of silence, with what was said', async () => {
    bed.setAgent({ timeoutMs: 60_000, idleTimeoutMs: 150 });
    bed.agent.handler = (_, response) => stream(response).write(sse(...OPENING, delta('Well')));
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Well (error)');
    expect(bed.reports).toMatchObject([
      { outcome: 'broken-off', error: expect.stringContaining('silence in the answer') },
    ]);
  });

  test('while connecting runs into the limit of that', async () => {
    // It takes the connection, and never shakes hands.
    const url = await rawAgent(() => undefined);
    bed.setAgent({
      originUrl: url.replace('http:', 'https:'),
      connectTimeoutMs: 120,
      timeoutMs: 60_000,
    });
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    expect(bed.reports).toMatchObject([
      { failure: 'timeout', error: expect.stringContaining('no connection') },
    ]);
  });
});

describe('H2 an agent that drips', () => {
  test('byte by byte for ever is ended by the limit of the whole answer', async () => {
    bed.setAgent({ timeoutMs: 60_000, idleTimeoutMs: 60_000, totalTimeoutMs: 300 });
    firstThen((_, response) => {
      stream(response);
      const drip = setInterval(() => response.write(':'), 20);
      response.once('close', () => clearInterval(drip));
    });
    await failsOnce({ failure: 'timeout', error: expect.stringContaining('whole answer') });
  });

  test('on all its calls keeps nobody else from being answered', async () => {
    bed.setAgent({
      id: 'slow',
      timeoutMs: 60_000,
      originUrl: await rawAgent((socket) => socket.write(HEAD)),
    });
    const slow = Array.from({ length: 300 }, (_, at) => sessionIdOf(at + 1));
    for (const sessionId of slow) {
      bed.createSession(sessionId, 'slow');
      await bed.say('hi', sessionId);
    }
    await expect.poll(() => bed.engine.stats.running).toBe(64);
    expect(bed.engine.stats.queued).toBe(236);
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: Hello (finish)');
    expect(bed.engine.agentLoads()).toMatchObject([{ agentId: 'slow', running: 64, queued: 236 }]);
  }, 30_000);
});

describe('H3 an agent that says too much', () => {
  const heapOf = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  };

  test.each([
    ['text/event-stream', 'data: '],
    ['application/x-ndjson', '{"type":"'],
  ])(
    'a line of 100 MB without an end (%s) is refused while memory stays flat',
    async (type, start) => {
      const before = heapOf();
      let written = 0;
      let peak = 0;
      firstThen((_, response) => {
        response.writeHead(200, { 'content-type': type });
        response.write(start);
        const piece = Buffer.alloc(64 * 1024, 120);
        const pour = (): void => {
          while (!response.destroyed && written < 100 * 1024 * 1024) {
            written += piece.length;
            peak = Math.max(peak, heapOf());
            if (!response.write(piece)) {
              response.once('drain', pour);
              return;
            }
          }
        };
        pour();
      });
      await failsOnce({
        failure: 'answer',
        error: expect.stringContaining(String(LINE_LENGTH_MAX)),
      });
      expect(written).toBeLessThan(100 * 1024 * 1024);
      expect(peak - before).toBeLessThan(64 * 1024 * 1024);
    },
  );

  test('a million tiny lines end the answer at the cap, with what was said', async () => {
    bed.setAgent({ timeoutMs: 30_000 });
    bed.agent.handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(OPENING.map((chunk) => `${JSON.stringify(chunk)}\n`).join(''));
      const piece = `${JSON.stringify(delta('x'))}\n`.repeat(1_000);
      let lines = 0;
      const pour = (): void => {
        while (!response.destroyed && lines < 1_000_000) {
          lines += 1_000;
          if (!response.write(piece)) {
            response.once('drain', pour);
            return;
          }
        }
      };
      pour();
    };
    await bed.say('hi');
    await bed.settled('idle');
    const { content, metadata } = contentOf(bed.session().tail.at(-1));
    expect(metadata.termination).toBe('error');
    expect(content.parts[0].text.length).toBeLessThanOrEqual(CHUNKS_MAX);
    expect(bed.reports).toMatchObject([{ error: expect.stringContaining(String(CHUNKS_MAX)) }]);
  }, 30_000);

  test('an answer of many long lines ends at the cap of its bytes', async () => {
    bed.setAgent({ timeoutMs: 30_000 });
    bed.agent.handler = (_, response) => {
      stream(response).write(sse(...OPENING));
      const piece = sse(delta('x'.repeat(500_000)));
      const pour = (): void => {
        if (response.destroyed) return;
        response.write(piece, pour);
      };
      pour();
    };
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.session().tail.at(-1)?.payload.length).toBeLessThan(STREAM_BYTES_MAX);
    expect(bed.reports).toMatchObject([
      { error: expect.stringContaining(String(STREAM_BYTES_MAX)) },
    ]);
  }, 30_000);

  test('packed bytes are not unpacked', async () => {
    firstThen((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(10 * 1024 * 1024, 10)));
    });
    await failsOnce({ failure: 'answer', error: expect.stringContaining('gzip') });
  });

  test('endless headers are refused', async () => {
    const url = await rawAgent((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const pour = (): void => {
        if (!socket.destroyed) socket.write(`x-more: ${'x'.repeat(8_000)}\r\n`, pour);
      };
      pour();
    });
    bed.setAgent({ originUrl: url });
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    expect(bed.reports).toMatchObject([{ failure: 'connection', outcome: 'will-retry' }]);
  });
});

describe('H4 an agent that does not speak clearly', () => {
  const said = (bytes: string | Buffer): void => {
    bed.agent.handler = (_, response) => stream(response).end(bytes);
  };

  test.each<[string, string | Buffer, string]>([
    ['JSON that is none', `${sse(...OPENING, delta('Hi'))}data: {"type":\n\n`, 'agent: Hi (error)'],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(sse(...OPENING, delta('Hi'))), Buffer.from([0xff, 0xfe, 0x0a])]),
      'agent: Hi (error)',
    ],
    [
      'half a last line',
      `${sse(...OPENING, delta('Hi'))}data: {"type":"text-de`,
      'agent: Hi (error)',
    ],
    ['a byte order mark', `\ufeff${sse(...HELLO)}`, 'agent: Hello (finish)'],
    ['CRLF', sse(...HELLO).replaceAll('\n', '\r\n'), 'agent: Hello (finish)'],
  ])('%s: the valid beginning is kept', async (_, bytes, expected) => {
    said(bytes);
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe(expected);
  });

  test('characters that are cut anywhere are whole again', async () => {
    const bytes = Buffer.from(sse(...OPENING, delta('grüße 👋'), { type: 'finish' }));
    bed.agent.handler = (_, response) => {
      stream(response);
      let at = 0;
      const write = (): void => {
        if (at === bytes.length) response.end();
        else {
          response.write(bytes.subarray(at, at + 1));
          at += 1;
          setImmediate(write);
        }
      };
      write();
    };
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts().at(-1)).toBe('agent: grüße 👋 (finish)');
  });
});

describe('H5 a connection that breaks', () => {
  test('before the first word is tried again', async () => {
    firstThen((_, response) => stream(response).write(': hello\n\n', () => response.destroy()));
    await failsOnce({ failure: 'connection' });
  });

  test('after it ends the answer once, and what was shown is what is kept', async () => {
    bed.agent.handler = (request, response) => {
      stream(response).write(sse(...OPENING, delta('one '), delta('two')), () =>
        request.socket.resetAndDestroy(),
      );
    };
    await bed.say('hi');
    await bed.settled('idle');
    expect(bed.texts()).toEqual(['user: hi', 'agent: one two (disconnect)']);
    expect(bed.shown.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(bed.agent.calls).toHaveLength(1);
  });
});

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

  test('after the last attempt the person is told', async () => {
    bed.agent.handler = (_, response) => response.writeHead(503).end();
    await bed.say('hi');
    expect(await bed.settled('failed')).toMatchObject({ attempt: ATTEMPTS_MAX });
    expect(bed.reports.map(({ outcome }) => outcome)).toEqual([
      ...Array(ATTEMPTS_MAX - 1).fill('will-retry'),
      'failed',
    ]);
  }, 20_000);
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
    const url = await rawAgent((socket) =>
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
  test('H10 an agent that goes on after a stop says it to nobody', async () => {
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

  test('H12 a name that does not exist, and a port where nobody is, fail at once and are classified', async () => {
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
