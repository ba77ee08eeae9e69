import { assembleChunks } from '@fleetlm/protocol/ui-stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from '../dispatch-api.ts';
import { CompactChunks, mergedDelta } from './compact-chunks.ts';

const text = (id: string, delta: string): Chunk => ({ type: 'text-delta', id, delta });

test('neighbours that continue one text are one chunk, and the count goes on', () => {
  const compact = new CompactChunks();
  for (const chunk of [
    { type: 'start' },
    { type: 'text-start', id: 'a' },
    text('a', 'He'),
    text('a', 'll'),
    text('a', 'o'),
    { type: 'tool-input-start', toolCallId: 't', toolName: 'x' },
    { type: 'tool-input-delta', toolCallId: 't', inputTextDelta: '{' },
    { type: 'tool-input-delta', toolCallId: 't', inputTextDelta: '}' },
  ])
    compact.add(chunk);
  expect(compact.chunks).toEqual([
    { type: 'start' },
    { type: 'text-start', id: 'a' },
    text('a', 'Hello'),
    { type: 'tool-input-start', toolCallId: 't', toolName: 'x' },
    { type: 'tool-input-delta', toolCallId: 't', inputTextDelta: '{}' },
  ]);
  expect(compact.nextIndex).toBe(8);
});

test('what is not the same text, or carries more than text, stays apart', () => {
  expect(mergedDelta(text('a', '1'), text('b', '2'))).toBeNull();
  expect(mergedDelta(text('a', '1'), { ...text('a', '2'), providerMetadata: {} })).toBeNull();
  expect(mergedDelta(text('a', '1'), { type: 'reasoning-delta', id: 'a', delta: '2' })).toBeNull();
  expect(mergedDelta({ type: 'finish' }, { type: 'finish' })).toBeNull();
  expect(mergedDelta({ type: 'constructor' }, { type: 'constructor' })).toBeNull();
});

test('any answer is assembled to the same message from its compacted chunks, wherever it was cut', () => {
  const chunk: fc.Arbitrary<Chunk> = fc.oneof(
    fc
      .record({ id: fc.constantFrom('a', 'b'), delta: fc.string() })
      .map(({ id, delta }) => text(id, delta)),
    fc.record({
      type: fc.constantFrom('text-start', 'text-end', 'reasoning-start', 'reasoning-end'),
      id: fc.constantFrom('a', 'b'),
    }),
    fc
      .record({ id: fc.constantFrom('a', 'b'), delta: fc.string() })
      .map(({ id, delta }) => ({ type: 'reasoning-delta', id, delta })),
    fc
      .string()
      .map((inputTextDelta) => ({ type: 'tool-input-delta', toolCallId: 't', inputTextDelta })),
    fc.constantFrom<Chunk>(
      { type: 'tool-input-start', toolCallId: 't', toolName: 'x' },
      { type: 'start-step' },
      { type: 'finish-step' },
      { type: 'reset-step' },
    ),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 60 }), fc.nat(60), (chunks, cut) => {
      const early = new CompactChunks();
      const late = new CompactChunks();
      for (const [index, one] of chunks.entries()) (index < cut ? early : late).add(one);
      const joined = new CompactChunks([...early.chunks, ...late.chunks], chunks.length);
      expect(assembleChunks(joined.chunks)).toEqual(assembleChunks(chunks));
    }),
  );
});
