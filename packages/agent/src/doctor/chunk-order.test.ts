import type { UiMessageChunk } from '@fleetlm/protocol';
import { readUIMessageStream, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkOrder } from './chunk-order.ts';

/** Few ids, so that chunks meet and miss each other. */
const id = fc.constantFrom('a', 'b');
const toolCallId = fc.constantFrom('t', 'u');

const chunk: fc.Arbitrary<UIMessageChunk & UiMessageChunk> = fc.oneof(
  fc.constantFrom(
    { type: 'start-step' } as const,
    { type: 'finish-step' } as const,
    { type: 'reset-step' } as const,
  ),
  ...(['text', 'reasoning'] as const).flatMap((kind) => [
    fc.record({ type: fc.constant(`${kind}-start` as const), id }),
    fc.record({ type: fc.constant(`${kind}-delta` as const), id, delta: fc.constant('x') }),
    fc.record({ type: fc.constant(`${kind}-end` as const), id }),
  ]),
  fc.record({
    type: fc.constant('tool-input-start' as const),
    toolCallId,
    toolName: fc.constant('n'),
  }),
  fc.record({
    type: fc.constant('tool-input-delta' as const),
    toolCallId,
    inputTextDelta: fc.constant('{'),
  }),
  fc.record({
    type: fc.constant('tool-input-available' as const),
    toolCallId,
    toolName: fc.constant('n'),
    input: fc.constant({}),
  }),
  fc.record({
    type: fc.constant('tool-output-available' as const),
    toolCallId,
    output: fc.constant(1),
    preliminary: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('tool-output-error' as const),
    toolCallId,
    errorText: fc.constant('x'),
  }),
  fc.record({
    type: fc.constant('tool-approval-request' as const),
    toolCallId,
    approvalId: fc.constant('p'),
  }),
  fc.record({ type: fc.constant('tool-output-denied' as const), toolCallId }),
);

async function stopsTheReader(chunks: readonly UIMessageChunk[]): Promise<boolean> {
  let failed = false;
  const stream = ReadableStream.from(chunks);
  const onError = (): void => {
    failed = true;
  };
  for await (const _state of readUIMessageStream({ stream, onError, terminateOnError: false }));
  return failed;
}

test('what is called wrong is exactly what stops a reader of the AI SDK', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 12 }), async (chunks) => {
      const order = new ChunkOrder();
      for (const one of chunks) order.take(one);
      const wrong = order.faults.some(({ verdict }) => verdict === 'wrong');
      expect(wrong).toBe(await stopsTheReader(chunks));
    }),
    { numRuns: 2000 },
  );
});
