import * as z from 'zod';

/**
 * The chunks of an AI SDK UI message stream, as `ai` 7 defines them (its ui-message-chunks.ts): what an agent
 * answers with. `description` says what a chunk means, `since` which major version of `ai` brought it.
 */

const providerMetadata = z.record(z.string(), z.record(z.string(), z.unknown())).optional();
const toolMetadata = z.record(z.string(), z.unknown()).optional();
const flag = z.boolean().optional();
const text = z.string().optional();

const block = { id: z.string(), providerMetadata };
const delta = { id: z.string(), delta: z.string(), providerMetadata };
const toolCall = { toolCallId: z.string() };
const toolTraits = { providerExecuted: flag, providerMetadata, toolMetadata, dynamic: flag };
const fileReference = { url: z.string(), mediaType: z.string(), providerMetadata };

const citedSource = { type: z.literal('source'), id: z.string(), providerMetadata };

const citation = z.looseObject({
  source: z.discriminatedUnion('sourceType', [
    z.looseObject({ ...citedSource, sourceType: z.literal('url'), url: z.string(), title: text }),
    z.looseObject({
      ...citedSource,
      sourceType: z.literal('document'),
      mediaType: z.string(),
      title: z.string(),
      filename: text,
    }),
  ]),
  startIndex: z.int().min(0).optional(),
  endIndex: z.int().min(0).optional(),
  citedText: text,
});

const steeringPart = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('file'), mediaType: z.string(), url: z.string() }),
]);

/** Why a model ended its answer, in the words of the AI SDK. */
export const FINISH_REASONS = [
  'stop',
  'length',
  'content-filter',
  'tool-calls',
  'error',
  'interrupted',
  'other',
] as const;

type Shape = Readonly<Record<string, z.ZodType>>;

interface ChunkMeaning {
  /** The major version of `ai` that brought it. */
  readonly since: 5 | 6 | 7;
  readonly description: string;
}

const meanings = new Map<string, ChunkMeaning>();

function chunk<const T extends string, S extends Shape>(
  type: T,
  shape: S,
  description: string,
  since: ChunkMeaning['since'] = 5,
) {
  meanings.set(type, { since, description });
  return z.object({ type: z.literal(type), ...shape });
}

const fixedChunks = [
  chunk(
    'start',
    { messageId: text, messageMetadata: z.unknown().optional() },
    'The answer begins. FleetLM puts its own `messageId` in.',
  ),
  chunk('start-step', {}, 'A step begins: one call of a model, and the tools it asked for.'),
  chunk('finish-step', {}, 'The step is over. Ids of text and reasoning may be used again.'),
  chunk('reset-step', {}, 'Takes back what the step has brought so far.', 7),
  chunk('text-start', block, 'A text part begins.'),
  chunk('text-delta', delta, 'More of the text part with this id.'),
  chunk(
    'text-end',
    { ...block, citations: z.array(citation).optional() },
    'The text part with this id is complete.',
  ),
  chunk('reasoning-start', block, 'A part of thinking begins.'),
  chunk('reasoning-delta', delta, 'More of it.'),
  chunk('reasoning-end', block, 'It is complete.'),
  chunk(
    'tool-input-start',
    {
      ...toolCall,
      toolName: z.string(),
      inputEncoding: z.enum(['json', 'text']).optional(),
      ...toolTraits,
      title: text,
    },
    'A tool call begins; its input is still being written.',
  ),
  chunk('tool-input-delta', { ...toolCall, inputTextDelta: z.string() }, 'More of its input.'),
  chunk(
    'tool-input-available',
    { ...toolCall, toolName: z.string(), input: z.unknown(), ...toolTraits, title: text },
    'The whole input of a tool call.',
  ),
  chunk(
    'tool-input-error',
    {
      ...toolCall,
      toolName: z.string(),
      input: z.unknown(),
      ...toolTraits,
      errorText: z.string(),
      title: text,
    },
    'The input of a tool call is not usable.',
  ),
  chunk(
    'tool-approval-request',
    {
      approvalId: z.string(),
      ...toolCall,
      approvalDescriptor: z.unknown().optional(),
      inputSchemaInput: z.unknown().optional(),
      reason: text,
      isAutomatic: flag,
      signature: text,
    },
    'The tool may run only when a user allows it.',
    6,
  ),
  chunk(
    'tool-approval-response',
    {
      approvalId: z.string(),
      approved: z.boolean(),
      reason: text,
      providerExecuted: flag,
      providerMetadata,
    },
    'The message of the user.',
    7,
  ),
  chunk(
    'tool-output-available',
    { ...toolCall, output: z.unknown(), ...toolTraits, preliminary: flag },
    'What the tool returned; with `preliminary`, more is to come.',
  ),
  chunk(
    'tool-output-error',
    { ...toolCall, errorText: z.string(), ...toolTraits },
    'The tool failed.',
  ),
  chunk('tool-output-denied', toolCall, 'The user did not allow it.', 6),
  chunk(
    'source-url',
    { sourceId: z.string(), url: z.string(), title: text, providerMetadata },
    'A page that the answer relies on.',
  ),
  chunk(
    'source-document',
    {
      sourceId: z.string(),
      mediaType: z.string(),
      title: z.string(),
      filename: text,
      providerMetadata,
    },
    'A document that the answer relies on.',
  ),
  chunk('file', fileReference, 'A file, by its URL (`data:` too).'),
  chunk('reasoning-file', fileReference, 'A file that belongs to the thinking.', 7),
  chunk('custom', { kind: z.string(), providerMetadata }, "A provider's own kind of part.", 7),
  chunk(
    'steering-message',
    { id: z.string(), parts: z.array(steeringPart) },
    'A message that steers the answer while it is being written.',
    7,
  ),
  chunk(
    'message-metadata',
    { messageMetadata: z.unknown() },
    'Merged into the metadata of the message.',
  ),
  chunk(
    'finish',
    { finishReason: z.enum(FINISH_REASONS).optional(), messageMetadata: z.unknown().optional() },
    'The answer is complete.',
  ),
  chunk('abort', { reason: text }, 'The agent breaks off; what was streamed stays.'),
  chunk('error', { errorText: z.string() }, 'The agent failed. The text is shown to the user.'),
] as const;

const dataChunk = z.object({
  type: z.templateLiteral(['data-', z.string()]),
  id: text,
  data: z.unknown(),
  transient: flag,
});
meanings.set('data-*', {
  since: 5,
  description:
    'Data of your own. The same `id` replaces the part before; `transient` shows it and stores nothing. `data-title` names the conversation.',
});

/** Any chunk of a UI message stream. Fields that are not known pass, as they do in the AI SDK's reader. */
export const uiMessageChunkSchema = z.union([...fixedChunks, dataChunk]);
export type UiMessageChunk = z.output<typeof uiMessageChunkSchema>;

/** The type of a chunk that every reader knows; `data-*` stands for all of them. */
export type UiMessageChunkType = (typeof fixedChunks)[number]['shape']['type']['value'] | 'data-*';

/** A type of chunk, with its schema and its meaning. */
export interface UiMessageChunkKind extends ChunkMeaning {
  readonly type: string;
  /** Its fields without `type`; required ones do not take `undefined`. */
  readonly schema: z.ZodObject;
}

const kinds: ReadonlyMap<string, UiMessageChunkKind> = new Map(
  [
    ...fixedChunks.map((schema) => [schema.shape.type.value, schema] as const),
    ['data-*', dataChunk] as const,
  ].map(([type, schema]) => {
    const meaning = meanings.get(type);
    if (meaning === undefined) throw new Error(`the chunk type ${type} has no meaning`);
    return [type, { type, schema, ...meaning }];
  }),
);

/** All kinds of chunks, in the order in which one reads about them. */
export const UI_MESSAGE_CHUNK_KINDS: readonly UiMessageChunkKind[] = [...kinds.values()];

/** The kind of a chunk by its `type`; null when no version of the AI SDK has it. */
export function uiMessageChunkKind(type: string): UiMessageChunkKind | null {
  return kinds.get(type.startsWith('data-') ? 'data-*' : type) ?? null;
}
