import { isObject, type JsonObject, mergeObjects, optional, stringField } from './fields.ts';
import type { UiPart } from './parts.ts';
import { referencePart } from './reference-parts.ts';
import { applyToolChunk, isToolChunk, type OpenCall, stepStart } from './tool-chunks.ts';

/** One AI SDK UI message chunk as it came over the wire; the node has validated it. */
export type UiChunk = { readonly type: string } & JsonObject;

/** How an answer ended, as far as its chunks show. */
export type AnswerEnd = 'finish' | 'abort' | 'error';

/** An answer while it is put together. Immutable: every chunk gives a new one. */
export interface AssembledMessage {
  readonly id: string | null;
  readonly parts: readonly UiPart[];
  readonly metadata: JsonObject;
  readonly end: AnswerEnd | null;
  readonly errorText: string | null;
  /** Chunk id -> index in `parts` of the text (or reasoning) that is still being written. */
  readonly openText: Readonly<Record<string, number>>;
  readonly openReasoning: Readonly<Record<string, number>>;
  /** Calls whose input is or was written in pieces, by their id. */
  readonly openCalls: Readonly<Record<string, OpenCall>>;
}

/** A message before its first chunk. */
export const EMPTY_MESSAGE: AssembledMessage = {
  id: null,
  parts: [],
  metadata: {},
  end: null,
  errorText: null,
  openText: {},
  openReasoning: {},
  openCalls: {},
};

/**
 * Adds one chunk, by the rules of the AI SDK's own reader (vercel/ai, process-ui-message-stream). Total:
 * a chunk of a newer protocol, or one that does not fit, leaves the message as it is, because an old tab
 * must survive a newer agent. The message that is given stays as it is.
 *
 * @example
 * let message = EMPTY_MESSAGE;
 * for (const chunk of chunks) message = assembleChunk(message, chunk);
 * textOfParts(message.parts); // 'Hello'
 */
export function assembleChunk(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  return withChunk(message, chunk) ?? message;
}

/** Of a chunk at which the AI SDK's reader would break off (`withChunk` is null), in words for the agent's owner. */
export function describeProtocolError(chunk: UiChunk): string {
  const names = ['id', 'toolCallId', 'approvalId'].flatMap((key) => stringField(chunk, key) ?? []);
  return `${chunk.type} for "${names[0] ?? ''}", which nothing before it has begun`;
}

/** The message that these chunks come to. */
export function assembleChunks(chunks: Iterable<UiChunk>): AssembledMessage {
  let message = EMPTY_MESSAGE;
  for (const chunk of chunks) message = assembleChunk(message, chunk);
  return message;
}

/** All visible text of an answer, steps and blocks apart by an empty line. */
export function textOfParts(parts: readonly UiPart[]): string {
  const texts: string[] = [];
  for (const part of parts) if (part.type === 'text' && part.text !== '') texts.push(part.text);
  return texts.join('\n\n');
}

/** Adds one chunk, or null: the chunk refers to what has not begun. A chunk of a type that is not known changes nothing. */
export function withChunk(message: AssembledMessage, chunk: UiChunk): AssembledMessage | null {
  if (isToolChunk(chunk)) return applyToolChunk(message, chunk);
  if (chunk.type.startsWith('data-')) return addData(message, chunk);
  switch (chunk.type) {
    case 'start':
      return { ...withMetadata(message, chunk), id: stringField(chunk, 'messageId') ?? message.id };
    case 'message-metadata':
      return withMetadata(message, chunk);
    case 'start-step':
      return { ...message, parts: [...message.parts, { type: 'step-start' }] };
    case 'reset-step':
      return {
        ...message,
        parts: message.parts.slice(0, stepStart(message.parts)),
        openText: {},
        openReasoning: {},
        openCalls: {},
      };
    case 'text-start':
    case 'text-delta':
    case 'text-end':
      return writeText(message, chunk, 'text');
    case 'reasoning-start':
    case 'reasoning-delta':
    case 'reasoning-end':
      return writeText(message, chunk, 'reasoning');
    case 'source-url':
    case 'source-document':
    case 'file':
    case 'reasoning-file':
    case 'custom':
    case 'steering-message': {
      const part = referencePart(chunk);
      return part === null ? message : { ...message, parts: [...message.parts, part] };
    }
    case 'finish':
      return { ...withMetadata(message, chunk), end: 'finish' };
    case 'abort':
      return { ...message, end: 'abort' };
    case 'error':
      return { ...message, end: 'error', errorText: stringField(chunk, 'errorText') };
    default:
      return message;
  }
}

function writeText(
  message: AssembledMessage,
  chunk: UiChunk,
  kind: 'text' | 'reasoning',
): AssembledMessage | null {
  const id = stringField(chunk, 'id');
  if (id === null) return null;
  const key = kind === 'text' ? 'openText' : 'openReasoning';
  const open = message[key];
  const added = isObject(chunk.providerMetadata) ? chunk.providerMetadata : undefined;
  if (chunk.type.endsWith('-start')) {
    const part: UiPart = {
      ...(kind === 'text' ? { type: kind } : { type: kind, id }),
      text: '',
      state: 'streaming',
      ...optional('providerMetadata', added),
    };
    const parts = [...message.parts, part];
    return { ...message, parts, [key]: { ...open, [id]: message.parts.length } };
  }
  const index = open[id];
  const part = index === undefined ? undefined : message.parts[index];
  if (index === undefined || (part?.type !== 'text' && part?.type !== 'reasoning')) return null;
  const written = { ...part, ...optional('providerMetadata', added) };
  if (chunk.type.endsWith('-delta')) {
    const text = part.text + (stringField(chunk, 'delta') ?? '');
    return { ...message, parts: message.parts.with(index, { ...written, text }) };
  }
  const done: UiPart = {
    ...written,
    state: 'done',
    ...(kind === 'text' ? optional('citations', chunk.citations) : {}),
  };
  const { [id]: _closed, ...stillOpen } = open;
  return { ...message, parts: message.parts.with(index, done), [key]: stillOpen };
}

function addData(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  if (chunk.transient === true) return message;
  const id = stringField(chunk, 'id');
  const type = `data-${chunk.type.slice('data-'.length)}` as const;
  const index =
    id === null
      ? -1
      : message.parts.findIndex((part) => part.type === type && 'id' in part && part.id === id);
  const existing = message.parts[index];
  const part: UiPart =
    existing !== undefined && 'data' in existing
      ? { ...existing, data: chunk.data }
      : {
          type,
          ...optional('id', id),
          data: chunk.data,
          ...(chunk.transient === false ? { transient: false } : {}),
        };
  const parts = index === -1 ? [...message.parts, part] : message.parts.with(index, part);
  return { ...message, parts };
}

function withMetadata(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  const added = chunk.messageMetadata;
  return isObject(added)
    ? { ...message, metadata: mergeObjects(message.metadata, added) }
    : message;
}
