import { isObject, type JsonObject, optional, stringField } from './fields.ts';
import type { ToolPart, UiPart } from './parts.ts';
import { applyToolChunk, isToolChunk } from './tool-chunks.ts';

/** One AI SDK UI message chunk as it came over the wire; the node has validated it. */
export type UiChunk = { readonly type: string } & JsonObject;

/** How an answer ended, as far as its chunks tell. */
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
  /** Index after the current step's `step-start`: what `reset-step` goes back to. */
  readonly stepStart: number;
}

export const EMPTY_MESSAGE: AssembledMessage = {
  id: null,
  parts: [],
  metadata: {},
  end: null,
  errorText: null,
  openText: {},
  openReasoning: {},
  stepStart: 0,
};

/**
 * Adds one chunk, by the rules of the AI SDK's own reader (vercel/ai, process-ui-message-stream). Total:
 * a chunk of a newer protocol, or one that does not fit, leaves the message as it is, because an old tab
 * must survive a newer agent.
 */
export function assembleChunk(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  if (isToolChunk(chunk)) {
    const parts = applyToolChunk(message.parts, message.stepStart, chunk);
    return parts === message.parts ? message : { ...message, parts };
  }
  if (chunk.type.startsWith('data-')) return addData(message, chunk);
  switch (chunk.type) {
    case 'start':
      return { ...withMetadata(message, chunk), id: stringField(chunk, 'messageId') ?? message.id };
    case 'message-metadata':
      return withMetadata(message, chunk);
    case 'start-step':
      return {
        ...message,
        parts: [...message.parts, { type: 'step-start' }],
        stepStart: message.parts.length + 1,
      };
    case 'reset-step':
      return {
        ...message,
        parts: message.parts.slice(0, message.stepStart),
        openText: {},
        openReasoning: {},
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
      return addReference(message, chunk);
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

function writeText(
  message: AssembledMessage,
  chunk: UiChunk,
  kind: 'text' | 'reasoning',
): AssembledMessage {
  const id = stringField(chunk, 'id');
  if (id === null) return message;
  const open = kind === 'text' ? message.openText : message.openReasoning;
  const withOpen = (next: Readonly<Record<string, number>>) =>
    kind === 'text' ? { openText: next } : { openReasoning: next };
  if (chunk.type.endsWith('-start')) {
    const parts: readonly UiPart[] = [
      ...message.parts,
      { type: kind, text: '', state: 'streaming' },
    ];
    return { ...message, parts, ...withOpen({ ...open, [id]: message.parts.length }) };
  }
  const index = open[id];
  const part = index === undefined ? undefined : message.parts[index];
  if (index === undefined || part === undefined || part.type !== kind) return message;
  if (chunk.type.endsWith('-delta')) {
    const text = part.text + (stringField(chunk, 'delta') ?? '');
    return { ...message, parts: message.parts.with(index, { ...part, text }) };
  }
  const { [id]: _closed, ...stillOpen } = open;
  return {
    ...message,
    parts: message.parts.with(index, { ...part, state: 'done' }),
    ...withOpen(stillOpen),
  };
}

function addReference(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  const part = referencePart(chunk);
  return part === null ? message : { ...message, parts: [...message.parts, part] };
}

function referencePart(chunk: UiChunk): UiPart | null {
  const url = stringField(chunk, 'url');
  const sourceId = stringField(chunk, 'sourceId');
  const mediaType = stringField(chunk, 'mediaType');
  const title = stringField(chunk, 'title');
  const filename = stringField(chunk, 'filename');
  if (chunk.type === 'source-url' && sourceId !== null && url !== null) {
    return { type: 'source-url', sourceId, url, ...optional('title', title) };
  }
  if (
    chunk.type === 'source-document' &&
    sourceId !== null &&
    mediaType !== null &&
    title !== null
  ) {
    return {
      type: 'source-document',
      sourceId,
      mediaType,
      title,
      ...optional('filename', filename),
    };
  }
  if (
    (chunk.type === 'file' || chunk.type === 'reasoning-file') &&
    url !== null &&
    mediaType !== null
  ) {
    return { type: chunk.type, url, mediaType, ...optional('filename', filename) };
  }
  return null;
}

function addData(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  if (chunk.transient === true) return message;
  const id = stringField(chunk, 'id');
  const part: UiPart = {
    type: `data-${chunk.type.slice('data-'.length)}`,
    ...optional('id', id),
    data: chunk.data,
  };
  const existing =
    id === null
      ? -1
      : message.parts.findIndex(
          (other) => other.type === part.type && 'id' in other && other.id === id,
        );
  const parts = existing === -1 ? [...message.parts, part] : message.parts.with(existing, part);
  return { ...message, parts };
}

function withMetadata(message: AssembledMessage, chunk: UiChunk): AssembledMessage {
  const added = chunk.messageMetadata;
  return isObject(added)
    ? { ...message, metadata: mergeObjects(message.metadata, added) }
    : message;
}

function mergeObjects(base: JsonObject, added: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(added)) {
    const before = merged[key];
    if (value !== undefined)
      merged[key] = isObject(before) && isObject(value) ? mergeObjects(before, value) : value;
  }
  return merged;
}

export type { ToolPart, UiPart };
