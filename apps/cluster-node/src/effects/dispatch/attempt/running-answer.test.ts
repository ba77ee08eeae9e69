import {
  METADATA_BYTES_MAX,
  REPLY_BYTES_MAX,
  REPLY_ERROR_LENGTH_MAX,
  USAGE_COST_MICROS_MAX,
  USAGE_TOKENS_MAX,
} from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../dispatch-api.ts';
import { RunningAnswer } from './running-answer.ts';

const TIMES = { latencyMs: 1, timeToFirstTokenMs: 1, prices: null };
const START: readonly Chunk[] = [{ type: 'start' }, { type: 'text-start', id: '1' }];
const delta = (text: string): Chunk => ({ type: 'text-delta', id: '1', delta: text });

function begun(): RunningAnswer {
  const answer = new RunningAnswer('0197aaaa-0000-7000-8000-000000000000');
  for (const chunk of START) expect(answer.take(chunk).ok).toBe(true);
  return answer;
}

/** Takes the chunk as often as it fits; the answer is how often. */
function fill(answer: RunningAnswer, chunk: Chunk): number {
  let count = 0;
  while (answer.take(chunk).ok) count += 1;
  return count;
}

const sizeOf = (answer: RunningAnswer): number =>
  answer.toMessage(1, 'error', TIMES).payload.length;

function metadataOf(answer: RunningAnswer): Record<string, unknown> {
  const { payload } = answer.toMessage(1, 'error', TIMES);
  return JSON.parse(Buffer.from(payload).toString('utf8')).metadata;
}

test('what the agent said of its failure is kept with what it had written, and bounded', () => {
  const answer = begun();
  answer.take(delta('Half of an'));
  answer.take({ type: 'error', errorText: ` The model is overloaded. ${'x'.repeat(1_000)}` });
  const { error } = metadataOf(answer);
  expect(error).toMatch(/^The model is overloaded\. x+$/);
  expect(error).toHaveLength(REPLY_ERROR_LENGTH_MAX);
  expect(metadataOf(begun())).not.toHaveProperty('error');
});

test('a full reply that ends with an error is kept whole', () => {
  const answer = begun();
  fill(answer, delta('x'.repeat(10_000)));
  fill(answer, delta('x'));
  expect(answer.take({ type: 'error', errorText: '\u0001'.repeat(1_000) }).ok).toBe(true);
  const { payload } = answer.toMessage(1, 'error', TIMES);
  expect(payload.length).toBeGreaterThan(REPLY_BYTES_MAX - 2_048);
  expect(payload.length).toBeLessThanOrEqual(REPLY_BYTES_MAX);
});

describe('the limit of a reply', () => {
  test.each(['x', 'ö', '"', '\u0001', '👋'])('text of %j is counted to the byte', (character) => {
    const answer = begun();
    fill(answer, delta(character.repeat(10_000)));
    fill(answer, delta(character));
    const size = sizeOf(answer);
    expect(size).toBeLessThanOrEqual(REPLY_BYTES_MAX);
    // No more is left than the envelope may take.
    expect(size).toBeGreaterThan(REPLY_BYTES_MAX - 2_048);
    // A full reply may still end.
    expect(answer.take({ type: 'text-end', id: '1' }).ok).toBe(true);
    expect(answer.take({ type: 'finish' }).ok).toBe(true);
    const whole = answer.toMessage(1, 'finish', TIMES);
    expect(whole.payload.length).toBeLessThanOrEqual(REPLY_BYTES_MAX);
  });

  test.each<[name: string, chunks: (at: number) => readonly Chunk[]]>([
    ['data', (at) => [{ type: 'data-x', id: `${at}`, data: [at, 1e300, null, 'x'.repeat(500)] }]],
    [
      'open calls whose numbers are written out',
      (at) => [
        { type: 'tool-input-start', toolCallId: `${at}`, toolName: 'x' },
        {
          type: 'tool-input-delta',
          toolCallId: `${at}`,
          inputTextDelta: `[${'9e20,'.repeat(500)}`,
        },
      ],
    ],
    [
      'open calls of text',
      (at) => [
        { type: 'tool-input-start', toolCallId: `${at}`, toolName: 'x', inputEncoding: 'text' },
        { type: 'tool-input-delta', toolCallId: `${at}`, inputTextDelta: '\u0001'.repeat(500) },
      ],
    ],
    [
      'calls without an output',
      (at) => [{ type: 'tool-input-available', toolCallId: `${at}`, toolName: 'x', input: {} }],
    ],
  ])('%s: whatever its end, it fits', (_, chunks) => {
    const answer = begun();
    for (let at = 0; chunks(at).every((chunk) => answer.take(chunk).ok); at += 1);
    for (const termination of ['finish', 'error'] as const)
      expect(answer.toMessage(1, termination, TIMES).payload.length).toBeLessThanOrEqual(
        REPLY_BYTES_MAX,
      );
    expect(sizeOf(answer)).toBeGreaterThan(100_000);
  });

  test('a chunk that does not fit leaves the reply as it was', () => {
    const answer = begun();
    answer.take(delta('kept'));
    expect(answer.take(delta('x'.repeat(REPLY_BYTES_MAX)))).toMatchObject({ ok: false });
    expect(answer.take(delta('!')).ok).toBe(true);
    expect(answer.message.parts).toMatchObject([{ text: 'kept!' }]);
  });
});

test.each([-1, 0, 1])('metadata of its limit %+d bytes', (more) => {
  const answer = begun();
  const overhead = JSON.stringify({ a: '' }).length;
  const messageMetadata = { a: 'x'.repeat(METADATA_BYTES_MAX - overhead + more) };
  expect(answer.take({ type: 'message-metadata', messageMetadata }).ok).toBe(more <= 0);
});

test('a full reply has room for what it cost, priced or reported', () => {
  const answer = begun();
  const most = { inputTokens: USAGE_TOKENS_MAX, cachedInputTokens: USAGE_TOKENS_MAX };
  const usage = { ...most, totalTokens: USAGE_TOKENS_MAX, costMicros: USAGE_COST_MICROS_MAX };
  answer.take({ type: 'message-metadata', messageMetadata: { usage } });
  fill(answer, delta('x'.repeat(100)));
  const { payload } = answer.toMessage(1, 'finish', TIMES);
  expect(payload.length).toBeLessThanOrEqual(REPLY_BYTES_MAX);
  const { content, metadata } = JSON.parse(new TextDecoder().decode(payload));
  expect(content.parts[0].text.length).toBeGreaterThan(REPLY_BYTES_MAX - 4_096);
  expect(metadata.token_usage).toMatchObject({ cost_micros: USAGE_COST_MICROS_MAX });
});

test('metadata that is replaced again and again fits', () => {
  const answer = begun();
  for (let at = 0; at < 2_000; at += 1)
    expect(
      answer.take({ type: 'message-metadata', messageMetadata: { usage: { tokens: at } } }).ok,
    ).toBe(true);
  const { payload } = answer.toMessage(1, 'finish', TIMES);
  expect(JSON.parse(new TextDecoder().decode(payload)).metadata.usage).toEqual({ tokens: 1_999 });
});

test('the excerpt of any reply fits, and holds the beginning of its text', () => {
  const answer = begun();
  fill(answer, delta('\u0001'.repeat(1_000)));
  const { payload } = answer.excerpt(1, TIMES);
  expect(payload.length).toBeLessThan(REPLY_BYTES_MAX / 2);
  expect(JSON.parse(new TextDecoder().decode(payload)).metadata.termination).toBe('error');
});

test('eighty thousand deltas of one input, or of one text, cost no more each than the first ones', () => {
  const answer = begun();
  answer.take({ type: 'tool-input-start', toolCallId: 't', toolName: 'x' });
  const startedAt = performance.now();
  for (let at = 0; at < 40_000; at += 1) {
    answer.take({ type: 'tool-input-delta', toolCallId: 't', inputTextDelta: '"ab' });
    answer.take(delta('ab '));
  }
  // Parsing, copying or writing out all of it for every delta takes minutes.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('an agent that finishes without an end of its texts leaves none open', () => {
  const reply = new RunningAnswer('m1');
  for (const chunk of [
    { type: 'start' },
    { type: 'reasoning-start', id: '1' },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'Hello' },
    { type: 'finish-step' },
    { type: 'text-start', id: '1' },
    { type: 'tool-input-start', toolCallId: 'c1', toolName: 'x' },
    { type: 'tool-input-available', toolCallId: 'c2', toolName: 'x', input: {} },
    { type: 'finish' },
  ])
    reply.take(chunk);
  const { payload } = reply.toMessage(1, 'finish', TIMES);
  expect(JSON.parse(new TextDecoder().decode(payload)).content.parts).toMatchObject([
    { type: 'reasoning', state: 'done' },
    { type: 'text', text: 'Hello', state: 'done' },
    { type: 'text', state: 'done' },
    { toolCallId: 'c1', state: 'output-error' },
    // It may wait for the user's side.
    { toolCallId: 'c2', state: 'input-available' },
  ]);
});
