import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { uiMessageChunkSchema } from '../ui-message-chunks.ts';
import {
  assembleChunk,
  assembleChunks,
  describeProtocolError,
  EMPTY_MESSAGE,
  textOfParts,
  type UiChunk,
  withChunk,
} from './assemble-message.ts';
import { chunksOfParts } from './chunks-of-parts.ts';
import { isToolPart, type UiPart } from './parts.ts';
import { answerStream } from './testing/answer-streams.ts';
import { withPartialInputs } from './tool-chunks.ts';

/** What the real reader of the `ai` package makes of the same chunks. */
async function realMessage(chunks: readonly UiChunk[]): Promise<UIMessage | undefined> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks.filter(isAiChunk)) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last: UIMessage | undefined;
  const onError = (error: unknown): void => expect.unreachable(String(error));
  for await (const message of readUIMessageStream({ stream, onError })) last = message;
  return last;
}

function isAiChunk(chunk: UiChunk): chunk is UiChunk & UIMessageChunk {
  return uiMessageChunkSchema.safeParse(chunk).success || expect.unreachable(JSON.stringify(chunk));
}

/** As it travels: without undefined values. */
function sent(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

async function expectSameAsReal(chunks: readonly UiChunk[]): Promise<void> {
  const real = await realMessage(chunks);
  const own = assembleChunks(chunks);
  expect(sent(withPartialInputs(own.parts))).toEqual(sent(real?.parts ?? []));
  expect(own.metadata).toEqual(real?.metadata ?? {});
}

/** Without what only shows how the input came: that a call was written piece by piece is over once it is whole. */
function settled(part: UiPart): unknown {
  if (!isToolPart(part) || part.state === 'input-streaming') return part;
  const { rawInput: _raw, inputEncoding: _encoding, ...rest } = part;
  return rest;
}

const TOOL_ANSWER: readonly UiChunk[] = [
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

  test('any answer is what the AI SDK makes of it, wherever it breaks off', async () => {
    // Written once more at its end: the AI SDK shows a step only with what comes after it.
    const shown: UiChunk = { type: 'message-metadata', messageMetadata: { last: true } };
    await fc.assert(
      fc.asyncProperty(answerStream, fc.nat(60), async (chunks, cut) => {
        await expectSameAsReal([...chunks, shown]);
        await expectSameAsReal([...chunks.slice(0, Math.max(1, chunks.length - cut)), shown]);
      }),
      { numRuns: 400 },
    );
  });

  test('an answer replayed from its parts is the same answer, also to the AI SDK', async () => {
    await fc.assert(
      fc.asyncProperty(answerStream, async (chunks) => {
        const { parts } = assembleChunks(chunks);
        const again = [{ type: 'start' }, ...chunksOfParts(parts)];
        expect(assembleChunks(again).parts.map(settled)).toEqual(parts.map(settled));
        await expectSameAsReal([...again, { type: 'message-metadata', messageMetadata: { x: 1 } }]);
      }),
      { numRuns: 300 },
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
      expect(assembleChunk(before, chunk)).toEqual(before);
    }
    expect(withChunk(before, { type: 'hologram', id: 1 })).toBe(before);
    const protocolError = { type: 'text-delta', id: 'x', delta: 'y' };
    expect(withChunk(before, protocolError)).toBeNull();
    expect(describeProtocolError(protocolError)).toContain('"x"');
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
