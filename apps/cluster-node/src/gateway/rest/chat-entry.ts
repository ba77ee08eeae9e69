import { createHash } from 'node:crypto';
import {
  type ChatRequest,
  checkContent,
  clientMessageIdSchema,
  contentSchema,
  invalidField,
  kindSchema,
  metadataSchema,
  parse,
  TEXT_KIND,
} from '@fleetlm/protocol';
import {
  newToolAnswers,
  REGENERATE_KIND,
  TOOL_RESPONSE_KIND,
  type ToolAnswers,
} from '@fleetlm/protocol/thread';
import * as z from 'zod';
import type { Refusals } from '../refusals.ts';
import type { RequestError } from '../request-error.ts';
import type { ThreadMessage } from './chat-thread.ts';

type Json = Readonly<Record<string, unknown>>;

type EntryRefusals = Refusals<'invalid_request' | 'payload_too_large' | 'conflict'>;

/** What a request of `useChat` adds to the log. */
export interface ChatEntry {
  readonly kind: string;
  readonly content: Json;
  readonly metadata: Json;
  /** Null: sending it twice means it twice. */
  readonly clientMessageId: string | null;
}

/**
 * The entry for a request, after the conversation as the log has it; null: nothing new was sent, the work that failed is to be
 * done again. Of the browser's messages only the newest is read, and of an answer only what the user added to it.
 * Throws a RequestError.
 */
export function chatEntryOf(
  request: ChatRequest,
  thread: readonly ThreadMessage[],
  refusals: EntryRefusals,
): ChatEntry | null {
  if (request.trigger === 'regenerate-message') return regenerate(request, thread, refusals);
  const newest = request.messages.at(-1);
  switch (newest?.role) {
    case 'user':
      return checked(sentMessage(newest, request.messageId ?? null, refusals), refusals);
    case 'assistant':
      return checked(toolResponse(newest, thread, refusals), refusals);
    default:
      throw invalid(refusals, 'must end with a message of the user or the assistant');
  }
}

type UiMessage = ChatRequest['messages'][number];

const entrySchema = z
  .looseObject({
    kind: kindSchema,
    content: contentSchema,
    metadata: metadataSchema,
    clientMessageId: clientMessageIdSchema.nullable(),
  })
  .check(checkContent);

/** What any message has to fit. Throws `invalid_request` or `payload_too_large`. */
function checked(entry: ChatEntry, { refuse }: EntryRefusals): ChatEntry {
  const parsed = parse(entrySchema, entry);
  if (!parsed.ok) throw refuse(parsed);
  return entry;
}

function sentMessage(
  { id, parts }: UiMessage,
  replaces: string | null,
  refusals: EntryRefusals,
): ChatEntry {
  const texts = parts.flatMap(({ type, text }) =>
    type === 'text' && typeof text === 'string' ? [text] : [],
  );
  if (parts.length === 0) throw invalid(refusals, 'the newest message has no parts');
  const text = texts.join('\n\n');
  const isPlain = texts.length === parts.length;
  return {
    kind: TEXT_KIND,
    content: isPlain ? { text } : { text, parts },
    metadata: { client_message_id: id, ...(replaces === null ? {} : { supersedes: replaces }) },
    // An edited message keeps the id that its browser gave it: it is another one all the same.
    clientMessageId: replaces === null ? id : `${hashOf(id, JSON.stringify(parts))}`,
  };
}

function regenerate(
  { messageId }: ChatRequest,
  thread: readonly ThreadMessage[],
  refusals: EntryRefusals,
): ChatEntry | null {
  const last = thread.at(-1);
  if (last === undefined) throw invalid(refusals, 'there is nothing to answer yet');
  const named = thread.find(({ id }) => id === messageId) ?? last;
  if (named.role === 'user' && named === last) return null;
  const target = named.role === 'assistant' ? named : thread[thread.indexOf(named) + 1];
  return {
    kind: REGENERATE_KIND,
    content: { supersedes: target?.id ?? named.id },
    metadata: {},
    clientMessageId: null,
  };
}

function toolResponse(
  copy: UiMessage,
  thread: readonly ThreadMessage[],
  refusals: EntryRefusals,
): ChatEntry {
  const own = thread.findLast(({ id }) => id === copy.id);
  if (own === undefined) throw invalid(refusals, `there is no message ${copy.id} in this chat`);
  const answers = newToolAnswers(own.parts, copy.parts);
  if (answers === null)
    throw refusals.refuse({
      code: 'conflict',
      detail: 'no tool call of that message waits for what was answered',
    });
  return {
    kind: TOOL_RESPONSE_KIND,
    content: { message_id: own.id, ...answers } satisfies ToolAnswers & Json,
    metadata: {},
    clientMessageId: hashOf(own.id, JSON.stringify(answers)),
  };
}

function hashOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('base64url');
}

function invalid({ refuse }: EntryRefusals, message: string): RequestError {
  return refuse(invalidField('messages', message, message));
}
