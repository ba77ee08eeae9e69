import { execFile } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeAgent } from '../agent.ts';
import { newestUserText } from '../call.ts';
import { readBody } from '../node.ts';
import { SECRET, serve, type TestServer } from '../testing/agent-server.ts';
import { verifyWebhook } from '../verify.ts';
import { type CommandResult, runCommand } from './command-line.ts';
import { type DoctorReport, examineAgent } from './examine-agent.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(listener: RequestListener): Promise<string> {
  const server = await serve(listener);
  servers.push(server);
  return server.url;
}

async function examined(
  listener: RequestListener,
  secret: string | null = null,
): Promise<DoctorReport> {
  return examineAgent({ url: await start(listener), secret, timeoutMs: 1000 });
}

/** An endpoint that answers every call with this, and looks at nothing. */
function answering(body: string, contentType = 'text/event-stream', status = 200): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}

const sse = (...chunks: readonly object[]): string =>
  [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('');

const TEXT = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Hi' },
  { type: 'text-end', id: '1' },
];
const FINISH = { type: 'finish' };

const checksBy = (report: DoctorReport, verdict: string): readonly string[] =>
  report.findings.filter((finding) => finding.verdict === verdict).map(({ check }) => check);

const GOOD = nodeAgent({
  secret: SECRET,
  answer: async (call, answer) => answer.text(`You said: ${newestUserText(call)}`),
});

describe('an endpoint in which nothing is wrong', () => {
  test('an agent made with this package', async () => {
    const report = await examined(GOOD, SECRET);
    expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(report.healthy).toBe(true);
    expect(checksBy(report, 'ok')).toEqual(
      expect.arrayContaining([
        'unsigned',
        'forged',
        'stale',
        'rotation',
        'malformed',
        'unknown field',
        'history',
        'repeated',
        'hang up',
      ]),
    );
  });

  test('one that answers in lines and checks nothing: no secret, no word about signatures', async () => {
    const lines = [...TEXT, FINISH].map((chunk) => `${JSON.stringify(chunk)}\n`).join('');
    const report = await examined(answering(lines, 'application/x-ndjson'));
    expect(report.healthy).toBe(true);
    expect(checksBy(report, 'skipped')).toEqual(['signatures']);
    expect(checksBy(report, 'warning')).toEqual(['malformed']);
  });
});

describe('what is wrong with an answer is named', () => {
  test.each([
    ['no finish', sse(...TEXT), 'end', 'without finish'],
    ['an error', sse({ type: 'error', errorText: 'x' }), 'end', 'error chunk'],
    ['nothing at all', '', 'format', 'empty'],
    ['only a frame', sse({ type: 'start' }, FINISH), 'content', 'frame'],
    [
      'a type that is none',
      sse({ type: 'token', text: 'Hi' }, FINISH),
      'chunks',
      'no chunk has the type "token"',
    ],
    ['a wrong field', sse({ type: 'text-start', id: 1 }, FINISH), 'chunks', 'id must be a string'],
    [
      'a missing field',
      sse({ type: 'text-delta', id: '1' }, FINISH),
      'chunks',
      'delta is required',
    ],
    [
      'a delta without a start',
      sse({ type: 'text-delta', id: '1', delta: 'Hi' }, FINISH),
      'order',
      'has no open text-start',
    ],
    [
      'an output without a call',
      sse(...TEXT, { type: 'tool-output-available', toolCallId: 'a', output: 1 }, FINISH),
      'order',
      'no tool call before it',
    ],
    ['a line that is no JSON', 'data: {"type":\n\n', 'chunks', 'not JSON'],
    ['plain text', 'Hello there', 'chunks', 'not JSON'],
  ])('%s', async (_, body, check, found) => {
    const report = await examined(answering(body));
    expect(report.healthy).toBe(false);
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        check,
        verdict: 'wrong',
        found: expect.stringContaining(found),
        advice: expect.any(String),
      }),
    );
  });

  test.each([
    ['no content type', answering(sse(...TEXT, FINISH), 'text/plain'), 'format'],
    ['no [DONE]', answering(sse(...TEXT, FINISH).replace('data: [DONE]\n\n', '')), 'end'],
    ['a text left open', answering(sse(...TEXT.slice(0, 2), FINISH)), 'order'],
    [
      'a tool without an outcome',
      answering(
        sse({ type: 'tool-input-available', toolCallId: 'a', toolName: 'x', input: {} }, FINISH),
      ),
      'order',
    ],
    [
      'a text that goes on in the next step',
      answering(sse(TEXT[0] ?? {}, { type: 'finish-step' }, ...TEXT.slice(1), FINISH)),
      'order',
    ],
    ['chunks after the end', answering(sse(...TEXT, FINISH, FINISH)), 'order'],
  ])('%s is worth a warning only', async (_, listener, check) => {
    const report = await examined(listener);
    expect(report.healthy).toBe(true);
    expect(checksBy(report, 'warning')).toContain(check);
  });

  test('a stream of another protocol is recognised', async () => {
    const older = await examined(answering('0:"Hello"\nd:{"finishReason":"stop"}\n', 'text/plain'));
    expect(JSON.stringify(older.findings)).toContain('AI SDK 4');
    const provider = await examined(
      answering('data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'),
    );
    expect(JSON.stringify(provider.findings)).toContain('model provider');
  });

  test.each([
    [302, 'Redirects are not followed'],
    [401, '--secret'],
    [404, 'Is the path right'],
    [410, 'disable'],
    [503, 'try again'],
  ])('status %d', async (status, advice) => {
    const report = await examined(answering('no\n', 'text/plain', status));
    expect(report.findings.at(-1)).toMatchObject({
      check: 'status',
      verdict: 'wrong',
      found: `${status}: no`,
      advice: expect.stringContaining(advice),
    });
  });

  test('an answer that falls silent, or breaks off', async () => {
    const silent = await examined((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse(...TEXT).replace('data: [DONE]\n\n', ''));
    });
    expect(silent.findings).toContainEqual(
      expect.objectContaining({
        check: 'time',
        verdict: 'wrong',
        found: expect.stringContaining('silence of 1000 ms'),
      }),
    );
    const mute = await examined(() => undefined);
    expect(mute.findings).toMatchObject([
      { check: 'connection', found: 'no first byte within 1000 ms' },
    ]);
    const broken = await examined((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': '1000' });
      response.write(sse(...TEXT), () => response.destroy());
    });
    expect(checksBy(broken, 'wrong')).toContain('time');
  });

  test('nothing listens', async () => {
    const server = await serve(GOOD);
    await server.close();
    const report = await examineAgent({ url: server.url, secret: null });
    expect(report.findings).toMatchObject([
      { check: 'connection', verdict: 'wrong', found: expect.stringContaining('ECONNREFUSED') },
    ]);
  });
});

describe('what is wrong with how calls are admitted is named', () => {
  const answer = answering(sse(...TEXT, FINISH));

  test('an endpoint that checks no signature, although it has a secret', async () => {
    expect(checksBy(await examined(answer, SECRET), 'wrong')).toEqual([
      'unsigned',
      'forged',
      'stale',
    ]);
  });

  test('one that looks whether there is a signature, but not whether it is right', async () => {
    const report = await examined((request, response) => {
      if (request.headers['webhook-signature'] === undefined) response.writeHead(401).end();
      else answer(request, response);
    }, SECRET);
    expect(checksBy(report, 'wrong')).toEqual(['forged', 'stale']);
  });

  test('one that believes any timestamp, and one that knows one signature only', async () => {
    const verified =
      (options: { readonly toleranceSeconds?: number }, single: boolean): RequestListener =>
      async (request, response) => {
        const body = await readBody(request);
        const { headers } = request;
        const isPlural = String(headers['webhook-signature']).includes(' ');
        try {
          verifyWebhook({ secret: SECRET, headers, body, ...options });
          if (single && isPlural) throw new Error('not the signature');
          JSON.parse(body.toString());
        } catch {
          response.writeHead(401).end();
          return;
        }
        answer(request, response);
      };
    const credulous = await examined(verified({ toleranceSeconds: 1e9 }, false), SECRET);
    expect(checksBy(credulous, 'wrong')).toEqual(['stale']);
    const single = await examined(verified({}, true), SECRET);
    expect(checksBy(single, 'wrong')).toEqual(['rotation']);
  });

  test('one with another secret', async () => {
    const report = await examined(GOOD, `whsec_${'A'.repeat(44)}`);
    expect(report.findings.at(-1)).toMatchObject({
      check: 'status',
      verdict: 'wrong',
      advice: expect.stringContaining('Is this the secret'),
    });
  });

  test('one that answers each webhook-id once, knows no old answers, or no new fields', async () => {
    const seen = new Set<string>();
    const choosy: RequestListener = async (request, response) => {
      const body: unknown = JSON.parse((await readBody(request)).toString() || 'null');
      const { attempt, messages, added_later } = Object(body);
      const isOld = JSON.stringify(messages).includes('output-error');
      if (attempt > 1 || isOld || added_later !== undefined) response.writeHead(409).end('no');
      else answer(request, response);
      seen.add(String(request.headers['webhook-id']));
    };
    const report = await examined((request, response) => {
      Promise.resolve(choosy(request, response)).catch(() => response.writeHead(400).end());
    });
    expect(checksBy(report, 'wrong')).toEqual(['unknown field', 'history', 'repeated']);
    expect(seen.size).toBe(2);
  });
});

describe('the command', () => {
  const run = (...args: readonly string[]): Promise<CommandResult> => runCommand(args, {});

  test('says what is right in a table, and ends with 0', async () => {
    const url = await start(GOOD);
    const { exitCode, stdout } = await run('doctor', url, '--secret', SECRET);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}ok +chunks +\d+, each valid$/m);
    expect(stdout).toContain('This endpoint is an agent.');
    expect((await runCommand(['doctor', url], { WEBHOOK_SECRET: SECRET })).exitCode).toBe(0);
  });

  test('says what is wrong and what to do, and ends with 1', async () => {
    const url = await start(answering('\u001b[2Joh\n', 'text/plain', 500));
    const { exitCode, stdout } = await run('doctor', url);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/WRONG +status +500: \?\[2Joh\n +-> FleetLM would try again/);
    expect(stdout).not.toContain('\u001b');
  });

  test('speaks JSON to machines', async () => {
    const { exitCode, stdout } = await run(
      'doctor',
      await start(GOOD),
      '--secret',
      SECRET,
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true, findings: expect.any(Array) });
  });

  test.each([
    [['doctor'], 'takes one address'],
    [['doctor', 'ftp://x'], 'not an http'],
    [['doctor', 'http://127.0.0.1:1', '--secret', 'sesame'], 'whsec_'],
    [['doctor', 'http://127.0.0.1:1', '--timeout-ms', 'soon'], '--timeout-ms'],
    [['doctor', 'http://127.0.0.1:1', '--header', 'nonsense'], '--header'],
    [['doctor', 'http://127.0.0.1:1', '--colour'], '--colour'],
    [['surgeon'], 'no command "surgeon"'],
  ])('%j is not understood, and ends with 2', async (args, reason) => {
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(reason);
  });

  test('runs as a process of its own', async () => {
    const bin = join(import.meta.dirname, '../../bin/fleetlm-agent.mjs');
    const env = { ...process.env, WEBHOOK_SECRET: SECRET };
    const url = await start(GOOD);
    const { stdout } = await promisify(execFile)(process.execPath, [bin, 'doctor', url], { env });
    expect(stdout).toContain('This endpoint is an agent.');
    const help = await promisify(execFile)(process.execPath, [bin, '--help']);
    expect(help.stdout).toContain('Usage:');
  });
});
