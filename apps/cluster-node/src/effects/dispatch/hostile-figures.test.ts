import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DispatchBed, sessionIdOf } from './testing/dispatch-bed.ts';
import { delta, FakeAgent, type Handler, OPENING, sse, stream } from './testing/fake-agent.ts';

/**
 * Figures of docs/internals/dispatch.md, on demand: HOSTILE_SECONDS=10 vitest run --project=cluster-node hostile-figures
 * Beside a hostile agent with a thousand conversations a quick one is asked all the time.
 */
const SECONDS = Number(process.env.HOSTILE_SECONDS ?? 0);
const HOSTILE_SESSIONS = 1_000;
const SAMPLE_MS = 25;

const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, 120));
const LONG = Buffer.alloc(1024 * 1024, 120);

/** Writes a piece again and again, as fast as it is read. */
function pour(piece: string | Buffer, head: string): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-type': head });
    const go = (): void => {
      while (!response.destroyed)
        if (!response.write(piece)) return void response.once('drain', go);
    };
    go();
  };
}

const KINDS: Readonly<Record<string, Handler>> = {
  'none: it answers': (_, response) => stream(response).end(sse(...OPENING, { type: 'finish' })),
  'H1 hangs before its headers': () => undefined,
  'H1 hangs in its answer': (_, response) =>
    void stream(response).write(sse(...OPENING, delta('x'))),
  'H2 a byte every 100 ms': (_, response) => {
    stream(response);
    const drip = setInterval(() => response.write(':'), 100);
    response.once('close', () => clearInterval(drip));
  },
  'H3 a line without an end': pour(LONG, 'application/x-ndjson'),
  'H3 tiny lines without an end': pour(
    `${JSON.stringify({ type: 'data-x', data: 1, transient: true })}\n`.repeat(1_000),
    'application/x-ndjson',
  ),
  'H3 64 MiB packed into 64 KiB': (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
      .end(BOMB),
  'H4 bytes that are no UTF-8': (_, response) => stream(response).end(Buffer.alloc(65_536, 0xff)),
  'H5 resets the connection in its answer': (request, response) => {
    stream(response).write(sse(...OPENING, delta('x')), () => request.socket.resetAndDestroy());
  },
  'H6 429, come back in a second': (_, response) =>
    response.writeHead(429, { 'retry-after': '1' }).end(),
};

test.runIf(SECONDS > 0)(
  'memory and the neighbours under hostile agents',
  async () => {
    const rows: string[] = [];
    for (const [name, handler] of Object.entries(KINDS)) rows.push(await countsOf(name, handler));
    console.log(
      [
        '| agent | calls to it | memory, MiB | quick agent beside it: turns | p50 | p99, ms |',
        '| --- | --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n'),
    );
    expect(rows).toHaveLength(Object.keys(KINDS).length);
  },
  (SECONDS + 30) * 1_000 * Object.keys(KINDS).length,
);

async function countsOf(name: string, handler: Handler): Promise<string> {
  const bed = await DispatchBed.start();
  const quick = new FakeAgent();
  bed.setAgent({ id: 'quick', originUrl: await quick.listen() });
  bed.setAgent({ timeoutMs: 2_000, totalTimeoutMs: 5_000 });
  bed.agent.handler = handler;
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, SAMPLE_MS);
  const ids = Array.from({ length: HOSTILE_SESSIONS }, (_, at) => sessionIdOf(at + 1));
  for (const id of ids) {
    bed.createSession(id);
    await bed.say('hi', id);
  }
  const times: number[] = [];
  const session = sessionIdOf(HOSTILE_SESSIONS + 1);
  bed.createSession(session, 'quick');
  const deadline = performance.now() + SECONDS * 1_000;
  for (let epoch = 1; performance.now() < deadline; epoch += 1) {
    const startedAt = performance.now();
    await bed.say('hi', session);
    await bed.settled('idle', epoch, session);
    times.push(performance.now() - startedAt);
  }
  clearInterval(sampler);
  const calls = bed.agent.calls.length;
  await bed.close();
  await quick.close();
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(0);
  const grown = ((peak - before) / 1024 / 1024).toFixed(0);
  return `| ${name} | ${calls} | +${grown} | ${times.length} | ${at(0.5)} | ${at(0.99)} |`;
}
