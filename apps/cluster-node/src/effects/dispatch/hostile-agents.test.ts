import { gzipSync } from 'node:zlib';
import { REPLY_BYTES_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ERROR_BODY_BYTES_MAX } from './call/agent-call.ts';
import { CHUNKS_MAX, LINE_LENGTH_MAX } from './call/answer-stream.ts';
import { ANSWERS_BYTES_PER_AGENT_MAX } from './call/byte-budget.ts';
import { contentOf, DispatchBed, sessionIdOf } from './testing/dispatch-bed.ts';
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
    if (bed.agent.calls.length === 1) {
      // Only the first call is to run into a short limit, however busy the machine is.
      bed.setAgent({ timeoutMs: 60_000, idleTimeoutMs: 60_000 });
      first(request, response, body);
    } else stream(response).end(sse(...HELLO));
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

  test('in the middle of its answer ends it by the limit of silence, with what was streamed', async () => {
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
    const url = await raw.listen(() => undefined);
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

describe('H1b an agent with the longest streams that are taken', () => {
  test('gets its share of the memory for answers, and another agent its answer', async () => {
    /** Bytes that say nothing: they count as the stream of an answer, and no reply is made of them. */
    const silence = `: ${'.'.repeat(LINE_LENGTH_MAX / 2)}\n`;
    const STREAM_LINES = 15;
    const CALLS = 6;
    const streams = (ends: boolean) => (_: unknown, response: Parameters<typeof stream>[0]) => {
      stream(response);
      const write = (left: number): void => {
        if (left > 0) response.write(silence, () => write(left - 1));
        else if (ends) response.end(sse(...HELLO));
      };
      write(STREAM_LINES);
    };
    // The greedy one never ends a stream.
    bed.agent.handler = (request, response, body) =>
      streams(JSON.parse(body).agent_id === 'other')(request, response);
    const limits = { timeoutMs: 60_000, idleTimeoutMs: 60_000, totalTimeoutMs: 60_000 };
    bed.setAgent(limits);
    bed.setAgent({ ...limits, id: 'other' });
    for (let number = 1; number <= CALLS; number += 1) {
      bed.createSession(sessionIdOf(number));
      await bed.say('hi', sessionIdOf(number));
    }
    const refused = () =>
      bed.reports.filter(({ error }) => error?.includes('too many long answers') === true);
    await expect.poll(() => refused().length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(STREAM_LINES * silence.length * (CALLS - 1)).toBeGreaterThan(
      ANSWERS_BYTES_PER_AGENT_MAX,
    );
    bed.createSession(sessionIdOf(99), 'other');
    await bed.say('and me?', sessionIdOf(99));
    await bed.settled('idle', 1, sessionIdOf(99));
    expect(bed.texts(sessionIdOf(99))).toEqual(['user: and me?', 'agent: Hello (finish)']);
    expect(refused().every(({ agentId }) => agentId === 'bot')).toBe(true);
  }, 60_000);
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

  test('on all its calls delays no other agent', async () => {
    bed.setAgent({
      id: 'slow',
      timeoutMs: 60_000,
      originUrl: await raw.listen((socket) => socket.write(HEAD)),
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
  });
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

  test('a million tiny lines end the answer at the cap, with what was streamed', async () => {
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
  });

  test('an answer of many long lines ends at the limit of a reply, with what was streamed', async () => {
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
    const message = bed.session().tail.at(-1);
    expect(message?.payload.length).toBeLessThanOrEqual(REPLY_BYTES_MAX);
    expect(contentOf(message).content.parts).toEqual([
      { type: 'text', text: 'x'.repeat(1_000_000), state: 'done' },
    ]);
    expect(bed.reports).toMatchObject([
      { outcome: 'broken-off', error: expect.stringContaining(String(REPLY_BYTES_MAX)) },
    ]);
  });

  test('packed bytes are not unpacked', async () => {
    firstThen((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(10 * 1024 * 1024, 10)));
    });
    await failsOnce({ failure: 'answer', error: expect.stringContaining('gzip') });
  });

  test('a body of an error that does not end is read up to its limit', async () => {
    let sent = 0;
    const url = await raw.listen((socket) => {
      socket.write('HTTP/1.1 500 No\r\ncontent-type: text/plain\r\n\r\n');
      const pour = (): void => {
        sent += 1_000;
        if (!socket.destroyed) socket.write('x'.repeat(1_000), pour);
      };
      pour();
    });
    bed.setAgent({ originUrl: url });
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    expect(bed.reports).toMatchObject([{ status: 500, response: { isTruncated: true } }]);
    expect(sent).toBeGreaterThan(ERROR_BODY_BYTES_MAX);
  });

  test('endless headers are refused', async () => {
    const url = await raw.listen((socket) => {
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
  const respond = (bytes: string | Buffer): void => {
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
    respond(bytes);
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
  test('before the first content is tried again', async () => {
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
