import { asSchema, uiMessageChunkSchema as theirs, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import {
  UI_MESSAGE_CHUNK_KINDS,
  type UiMessageChunk,
  uiMessageChunkKind,
  uiMessageChunkSchema,
} from './ui-message-chunks.ts';

const aiSdk = asSchema(theirs);

async function acceptedByAiSdk(value: unknown): Promise<boolean> {
  const result = await aiSdk.validate?.(value);
  return result?.success === true;
}

/** Values that are right for some field and wrong for most others. */
const fieldValue = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
  fc.constant({ provider: { key: 1 } }),
  fc.constant([{ type: 'text', text: 'x' }]),
  fc.constantFrom('json', 'stop', 'data-x'),
  fc
    .record(
      {
        type: fc.constantFrom('source', 'other'),
        sourceType: fc.constantFrom('url', 'document'),
        id: fc.string(),
        url: fc.string(),
        mediaType: fc.string(),
        title: fc.string(),
        filename: fc.oneof(fc.string(), fc.integer()),
      },
      { requiredKeys: ['sourceType', 'id'] },
    )
    .map((source) => [{ source, citedText: 'x' }]),
);

/** A chunk of a known type whose fields are right, wrong or missing by chance. */
const chunk = fc.constantFrom(...UI_MESSAGE_CHUNK_KINDS).chain((kind) => {
  const names = Object.keys(kind.schema.shape).filter((name) => name !== 'type');
  const type = kind.type === 'data-*' ? 'data-weather' : kind.type;
  return fc
    .record(Object.fromEntries(names.map((name) => [name, fieldValue])), { requiredKeys: [] })
    .map((fields) => ({ ...fields, type }));
});

test('what is a chunk here is one to the AI SDK, and the other way round', async () => {
  await fc.assert(
    fc.asyncProperty(chunk, async (value) => {
      // JSON is what travels: a field that is undefined is not there.
      const sent: unknown = JSON.parse(JSON.stringify(value));
      expect(uiMessageChunkSchema.safeParse(sent).success).toBe(await acceptedByAiSdk(sent));
    }),
    { numRuns: 3000 },
  );
});

test('an unknown type is no chunk', async () => {
  for (const value of [{ type: 'telepathy' }, { type: 7 }, {}, null, 'text-start']) {
    expect(uiMessageChunkSchema.safeParse(value).success).toBe(false);
    expect(await acceptedByAiSdk(value)).toBe(false);
  }
  expect(uiMessageChunkKind('telepathy')).toBeNull();
  expect(uiMessageChunkKind('data-weather')?.type).toBe('data-*');
});

test('every type of the AI SDK is known here', () => {
  type Fixed<T> = T extends `data-${string}` ? never : T;
  expectTypeOf<Fixed<UIMessageChunk['type']>>().toEqualTypeOf<Fixed<UiMessageChunk['type']>>();
  expectTypeOf<z.output<typeof uiMessageChunkSchema>>().toEqualTypeOf<UiMessageChunk>();
});
