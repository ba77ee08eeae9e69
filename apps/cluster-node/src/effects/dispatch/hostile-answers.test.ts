import { ERROR_TEXT_LENGTH_MAX, JSON_DEPTH_MAX, REPLY_BYTES_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ATTEMPTS_MAX } from './attempt/retry-policy.ts';
import { contentOf, DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

/** Answers over each limit: what was streamed before is kept, the turn ends, and nothing of it takes long. */

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

describe('an agent whose answer exceeds a limit', () => {
  const answers = (...chunks: readonly object[]): void => {
    bed.agent.handler = (_, response) => stream(response).end(sse(...chunks));
  };
  /** After its last attempt, with so many calls in all. */
  async function fails(error: string): Promise<void> {
    await bed.say('hi');
    await bed.settled('failed');
    expect(bed.agent.calls).toHaveLength(ATTEMPTS_MAX);
    expect(bed.reports.map(({ outcome }) => outcome)).toEqual([
      ...Array(ATTEMPTS_MAX - 1).fill('will-retry'),
      'failed',
    ]);
    for (const report of bed.reports) {
      expect(report.error).toContain(error);
      expect(report.error?.length).toBeLessThanOrEqual(ERROR_TEXT_LENGTH_MAX);
    }
  }
  /** What was streamed before it is kept, and the limit is named to the agent's owner. */
  async function endsAt(error: string): Promise<void> {
    await bed.say('hi');
    await bed.settled('idle');
    const last = bed.session().tail.at(-1);
    expect(contentOf(last).content.parts[0]).toMatchObject({ text: 'kept', state: 'done' });
    expect(contentOf(last).metadata.termination).toBe('error');
    expect(last?.payload.length).toBeLessThanOrEqual(REPLY_BYTES_MAX);
    expect(bed.agent.calls).toHaveLength(1);
    expect(bed.reports).toMatchObject([
      { outcome: 'broken-off', error: expect.stringContaining(error) },
    ]);
  }
  const BEGUN = [...OPENING, delta('kept')];

  test('an error text of a megabyte of braces is cut where it enters', async () => {
    answers({ type: 'error', errorText: '{'.repeat(1_000_000) });
    await fails('{{{');
    const { dispatch } = bed.session();
    if (dispatch.status !== 'failed') throw new Error(dispatch.status);
    expect(dispatch.error.length).toBeLessThanOrEqual(ERROR_TEXT_LENGTH_MAX);
  }, 20_000);

  test('an error behind the first content that quotes a secret is shown and kept without it', async () => {
    const secret = 'very-secret-token-of-the-agent';
    bed.setAgent({ headers: { authorization: `Bearer ${secret}` } });
    bed.agent.handler = (_, response) =>
      void stream(response).end(
        sse(...OPENING, delta('Once'), { type: 'error', errorText: `refused: ${secret} is wrong` }),
      );
    await bed.say('hi');
    await bed.settled('idle');
    const shown = JSON.stringify(bed.shown);
    expect(shown).toContain('refused: ');
    expect(shown).not.toContain(secret);
    const kept = bed
      .session()
      .tail.map(({ payload }) => new TextDecoder().decode(payload))
      .join();
    expect(kept).toContain('refused: ');
    expect(kept).not.toContain(secret);
  });

  test('an error text that quotes a secret where it is cut does not reveal its beginning', async () => {
    const secret = 'very-secret-token-of-the-agent';
    bed.setAgent({ headers: { authorization: `Bearer ${secret}` } });
    answers({
      type: 'error',
      errorText: `${'x'.repeat(ERROR_TEXT_LENGTH_MAX - 20)}${secret}${'y'.repeat(50)}`,
    });
    await bed.say('hi');
    await expect.poll(() => bed.reports.length).toBe(1);
    expect(bed.reports[0]?.error).toContain('xxx');
    expect(bed.reports[0]?.error).not.toContain('very-sec');
  });

  test.each([64, 6_000, 100_000])(
    'a chunk nested %i deep is no chunk',
    async (depth) => {
      bed.agent.handler = (_, response) =>
        stream(response).end(
          `${sse({ type: 'start' })}data: {"type":"data-x","data":${'['.repeat(depth)}${']'.repeat(depth)}}\n\n`,
        );
      await fails('nested deeper');
    },
    20_000,
  );

  test('a chunk nested as deep as allowed passes', async () => {
    let data: unknown = 1;
    for (let depth = 0; depth < JSON_DEPTH_MAX - 1; depth += 1) data = [data];
    answers(...BEGUN, { type: 'data-x', data }, { type: 'finish' });
    await bed.say('hi');
    await bed.settled('idle');
    expect(contentOf(bed.session().tail.at(-1)).content.parts[1].data).toEqual(data);
  });

  test('input that is streamed and nested without end ends as it stands', async () => {
    const input = { type: 'tool-input-start', toolCallId: 't', toolName: 'x' };
    const piece = { type: 'tool-input-delta', toolCallId: 't', inputTextDelta: '['.repeat(10_000) };
    const close = { ...piece, inputTextDelta: ']'.repeat(10_000) };
    bed.agent.handler = (_, response) =>
      stream(response).write(
        sse(...BEGUN, input, ...Array(5).fill(piece), ...Array(5).fill(close)),
        () => response.destroy(),
      );
    await bed.say('hi');
    await bed.settled('idle');
    expect(contentOf(bed.session().tail.at(-1)).content.parts[1]).toMatchObject({
      state: 'output-error',
    });
  });

  test('input that begins like a number and is none is read in no time', async () => {
    const start = { type: 'tool-input-start', toolCallId: 't', toolName: 'x' };
    const piece = {
      type: 'tool-input-delta',
      toolCallId: 't',
      inputTextDelta: `1${'-'.repeat(150_000)}1`,
    };
    bed.agent.handler = (_, response) => stream(response).write(sse(...BEGUN, start, piece));
    await bed.say('hi');
    await expect.poll(() => bed.shown.length).toBe(5);
    const before = performance.now();
    expect(await bed.engine.stopAnswer(SESSION)).toEqual({ status: 'ok', value: null });
    // It took 14 s for as much.
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('metadata over the limit before the first content is a failed attempt', async () => {
    answers({ type: 'start', messageMetadata: { a: 'x'.repeat(80_000) } }, ...HELLO.slice(1));
    await fails('metadata is larger');
  }, 20_000);

  test.each<[name: string, error: string, chunks: readonly object[]]>([
    ['text', 'it is larger', Array(4).fill(delta('x'.repeat(300_000)))],
    [
      'data',
      'it is larger',
      Array.from({ length: 4 }, (_, at) => ({
        type: 'data-x',
        id: `${at}`,
        data: 'x'.repeat(300_000),
      })),
    ],
    ['escapes', 'it is larger', Array(4).fill(delta('\0'.repeat(60_000)))],
    [
      'metadata of one chunk',
      'metadata is larger',
      [{ type: 'message-metadata', messageMetadata: { a: 'x'.repeat(70_000) } }],
    ],
    [
      'metadata in pieces',
      'metadata is larger',
      Array.from({ length: 2_000 }, (_, at) => ({
        type: 'message-metadata',
        messageMetadata: { [`key-${at}`]: 'x'.repeat(30) },
      })),
    ],
    [
      'chunks that replace each other',
      'its chunks are larger',
      Array(30).fill({ type: 'data-x', id: '1', data: 'x'.repeat(100_000) }),
    ],
    [
      'transient chunks',
      'its chunks are larger',
      Array(30).fill({ type: 'data-x', data: 'x'.repeat(100_000), transient: true }),
    ],
    ['parts', 'parts', Array(5_001).fill({ type: 'start-step' })],
    [
      'tool calls',
      'tool calls',
      Array.from({ length: 1_001 }, (_, at) => ({
        type: 'tool-input-start',
        toolCallId: `${at}`,
        toolName: 'x',
      })),
    ],
    [
      'members of a list',
      'citations has more than',
      [{ type: 'text-end', id: '1', citations: Array(200_000).fill(0) }],
    ],
    [
      'members of a record',
      'providerMetadata has more than',
      [
        {
          type: 'text-end',
          id: '1',
          providerMetadata: Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [at, 1])),
        },
      ],
    ],
  ])('%s: the reply ends at the limit, with what was streamed', async (_, error, chunks) => {
    answers(...BEGUN, ...chunks, { type: 'finish' });
    await bed.say('hi');
    await bed.settled('idle');
    const last = bed.session().tail.at(-1);
    expect(contentOf(last).content.parts[0].text).toMatch(/^kept/);
    expect(contentOf(last).metadata.termination).toBe('error');
    expect(last?.payload.length).toBeLessThanOrEqual(REPLY_BYTES_MAX);
    expect(bed.agent.calls).toHaveLength(1);
    expect(bed.reports).toMatchObject([
      { outcome: 'broken-off', error: expect.stringContaining(error) },
    ]);
  });

  test('a broken line followed by valid ones in the same read ends the answer there', async () => {
    bed.agent.handler = (_, response) =>
      stream(response).end(
        `${sse(...BEGUN)}data: {"type":\n\n${sse(delta(' and lost'), { type: 'finish' })}`,
      );
    await endsAt('not JSON');
    expect(bed.texts().at(-1)).toBe('agent: kept (error)');
  });
});

test('a tool input of 120,000 letters in as many chunks is kept whole, and reaches readers in few', async () => {
  const letters = 120_000;
  const call = { toolCallId: 'call_0123456789abcdefghijklmn', toolName: 'write' };
  const letter = sse({
    type: 'tool-input-delta',
    toolCallId: call.toolCallId,
    inputTextDelta: 'x',
  });
  bed.setAgent({ timeoutMs: 30_000 });
  bed.agent.handler = (_, response) => {
    stream(response).write(
      sse({ type: 'start' }, { type: 'tool-input-start', ...call, inputEncoding: 'text' }) +
        letter.repeat(letters),
    );
    response.end(sse({ type: 'finish' }));
  };
  await bed.say('write a book');
  await bed.settled('idle');
  const { content, metadata } = contentOf(bed.session().tail.at(-1));
  expect(metadata.termination).toBe('finish');
  expect(content.parts[0].input).toBe('x'.repeat(letters));
  // Letter by letter it would be as many events for every reader, and more bytes than an answer may have.
  expect(bed.shown.length).toBeLessThan(letters / 50);
}, 30_000);
