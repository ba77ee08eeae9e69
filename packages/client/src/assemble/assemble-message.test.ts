import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembleChunk, assembleChunks, EMPTY_MESSAGE, textOfParts } from './assemble-message.ts';
import { isObject } from './fields.ts';

/** What the real reader of the `ai` package makes of the same chunks. */
async function realMessage(chunks: readonly UIMessageChunk[]): Promise<UIMessage | undefined> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream })) last = message;
  return last;
}

const DETAILS = new Set([
  'providerMetadata',
  'providerExecuted',
  'callProviderMetadata',
  'resultProviderMetadata',
  'toolMetadata',
  'rawInput',
]);

/** Without undefined values, details that are not shown, and the input of a call that is still being written. */
function comparable(part: unknown): unknown {
  if (!isObject(part)) return part;
  const kept = Object.entries(part).filter(([key, value]) => {
    if (value === undefined || DETAILS.has(key)) return false;
    if (key === 'id' && part.type === 'reasoning') return false;
    return !(key === 'input' && part.state === 'input-streaming');
  });
  return Object.fromEntries(kept);
}

async function expectSameAsReal(chunks: readonly UIMessageChunk[]): Promise<void> {
  const real = await realMessage(chunks);
  const own = assembleChunks(chunks);
  expect(own.parts.map(comparable)).toEqual((real?.parts ?? []).map(comparable));
  expect(own.metadata).toEqual(real?.metadata ?? {});
}

const TOOL_ANSWER: readonly UIMessageChunk[] = [
  { type: 'start', messageId: 'm1', messageMetadata: { model: 'a', usage: { input: 1 } } },
  { type: 'start-step' },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'Let me look.' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'tool-input-start', toolCallId: 'c1', toolName: 'lookup' },
  { type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '{"order":' },
  { type: 'tool-input-available', toolCallId: 'c1', toolName: 'lookup', input: { order: 1182 } },
  { type: 'tool-output-available', toolCallId: 'c1', output: 'half', preliminary: true },
  { type: 'tool-output-available', toolCallId: 'c1', output: { found: true } },
  { type: 'finish-step' },
  { type: 'start-step' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'Found ' },
  { type: 'text-delta', id: 't', delta: 'it.' },
  { type: 'text-end', id: 't' },
  { type: 'source-url', sourceId: 's', url: 'https://example.com', title: 'Example' },
  { type: 'data-weather', id: 'w', data: { degrees: 1 } },
  { type: 'data-weather', id: 'w', data: { degrees: 2 } },
  { type: 'data-note', data: 'gone', transient: true },
  { type: 'finish-step' },
  { type: 'message-metadata', messageMetadata: { usage: { output: 2 } } },
  { type: 'finish' },
];

describe('assembling an answer from its chunks', () => {
  test('an answer with reasoning, a tool, text, sources and data is what the AI SDK makes of it, after every chunk', async () => {
    for (let length = 1; length <= TOOL_ANSWER.length; length += 1) {
      // The AI SDK shows a step only with its first part.
      const isShown = TOOL_ANSWER[length - 1]?.type !== 'start-step';
      if (isShown) await expectSameAsReal(TOOL_ANSWER.slice(0, length));
    }
  });

  test('failed, denied, dynamic and approved tool calls are what the AI SDK makes of them', async () => {
    await expectSameAsReal([
      { type: 'start' },
      { type: 'start-step' },
      { type: 'tool-input-error', toolCallId: 'a', toolName: 'x', input: '{', errorText: 'bad' },
      { type: 'tool-input-start', toolCallId: 'b', toolName: 'y', dynamic: true, title: 'Why' },
      { type: 'tool-input-available', toolCallId: 'b', toolName: 'y', input: 1, dynamic: true },
      { type: 'tool-output-error', toolCallId: 'b', errorText: 'no' },
      { type: 'tool-input-available', toolCallId: 'c', toolName: 'z', input: {} },
      { type: 'tool-approval-request', toolCallId: 'c', approvalId: 'ap' },
      { type: 'tool-output-denied', toolCallId: 'c' },
    ]);
  });

  test('reset-step removes what the step has written', async () => {
    await expectSameAsReal([
      { type: 'start' },
      { type: 'start-step' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'kept' },
      { type: 'text-end', id: '1' },
      { type: 'finish-step' },
      { type: 'start-step' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'thrown away' },
      { type: 'reset-step' },
      { type: 'text-start', id: '2' },
      { type: 'text-delta', id: '2', delta: ' and new' },
    ]);
  });

  test('any valid interleaving of texts is what the AI SDK makes of it', async () => {
    const deltas = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.string()), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(deltas, async (written) => {
        const chunks: UIMessageChunk[] = [{ type: 'start' }];
        for (const id of ['a', 'b', 'c']) chunks.push({ type: 'text-start', id });
        for (const [id, delta] of written) chunks.push({ type: 'text-delta', id, delta });
        for (const id of ['b', 'a']) chunks.push({ type: 'text-end', id });
        await expectSameAsReal(chunks);
      }),
      { numRuns: 50 },
    );
  });

  test('chunks of a newer protocol and chunks that do not fit change nothing', () => {
    const before = assembleChunks(TOOL_ANSWER);
    for (const chunk of [
      { type: 'hologram', id: 1 },
      { type: 'text-delta', id: 'never-started', delta: 'x' },
      { type: 'tool-output-available', toolCallId: 'never-started', output: 1 },
      { type: 'text-start' },
    ]) {
      expect(assembleChunk(before, chunk)).toBe(before);
    }
  });

  test('how the answer ended and why is kept', () => {
    expect(assembleChunks([{ type: 'error', errorText: 'out of tokens' }])).toEqual({
      ...EMPTY_MESSAGE,
      end: 'error',
      errorText: 'out of tokens',
    });
    expect(assembleChunks([{ type: 'abort' }]).end).toBe('abort');
    expect(textOfParts(assembleChunks(TOOL_ANSWER).parts)).toBe('Found it.');
  });
});
