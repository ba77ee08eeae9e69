import { createHash } from 'node:crypto';
import type { HeadFieldOf, Message, PublicName, SessionHead } from '@fleetlm/conversation';
import { type TokenUsage, tokenUsageSchema } from '@fleetlm/protocol';
import { SEARCH_TEXT_LENGTH_MAX } from '../../limits.ts';

/**
 * Rows on their way to Postgres as one JSON text a batch. JSON that is stored goes in as a string inside it, byte for byte:
 * Postgres keeps what the log has, and refuses no escape in it.
 */
const decoder = new TextDecoder();

const CONTENT_PREFIX = '{"content":';

/** SHA-256 of a payload: distinguishes a repeated flush from a conflicting one. Lower-case hex. */
export function payloadHash(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}

/** The user of each session, by its id. */
export type UsersOfSessions = ReadonlyMap<string, string>;

export function messageRow(message: Message, users: UsersOfSessions): string {
  const { sender, kind } = message;
  const { content, metadata, text, usage } = storedParts(decoder.decode(message.payload));
  const counted = sender.type === 'agent' && usage !== null;
  return JSON.stringify({
    ...messageKey(message),
    id: message.id,
    sender_type: sender.type,
    sender_id: storable(sender.id),
    kind: storable(kind),
    inserted_at: new Date(message.insertedAtMs).toISOString(),
    content,
    metadata,
    payload_bytes: Buffer.byteLength(content) + Buffer.byteLength(metadata),
    search_text: text,
    ...(counted ? { usage, user_id: storable(users.get(message.sessionId) ?? '') } : {}),
  });
}

/** Whether any of these rows has a usage: as a part of a text its quotes would be escaped. */
export function hasUsage(rows: string): boolean {
  return rows.includes(',"usage":{');
}

/** What shows whether the row is there with the same content. */
export function messageKeyRow(message: Message): string {
  return JSON.stringify(messageKey(message));
}

function messageKey({ sessionId, seq, payload }: Message) {
  return { session_id: sessionId, seq, payload_hash: payloadHash(payload) };
}

/** The columns of a session's row by their type: those of its head that the archive keeps, and what searches show. */
export const SESSION_COLUMNS = {
  id: 'text',
  user_id: 'text',
  agent_id: 'text',
  status: 'text',
  metadata: 'json',
  title: 'text',
  last_seq: 'int',
  last_read_seq: 'int',
  version: 'int',
  inserted_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const satisfies Readonly<Record<PublicName<HeadFieldOf<'row'>> | 'title', string>>;

export function sessionRow(session: SessionHead): string {
  const metadata = decoder.decode(session.metadata);
  const { title } = fieldsOf(JSON.parse(metadata));
  return JSON.stringify({
    id: session.id,
    user_id: storable(session.userId),
    agent_id: session.agentId,
    status: session.status,
    metadata,
    title: typeof title === 'string' ? storable(title) : null,
    last_seq: session.lastSeq,
    last_read_seq: session.lastReadSeq,
    version: session.version,
    inserted_at: new Date(session.insertedAtMs).toISOString(),
    updated_at: new Date(session.updatedAtMs).toISOString(),
  } satisfies Readonly<Record<keyof typeof SESSION_COLUMNS, string | number | null>>);
}

/** A payload as its columns have it. Put together again, content and metadata are the payload. */
function storedParts(payload: string): {
  readonly content: string;
  readonly metadata: string;
  readonly text: string;
  readonly usage: TokenUsage | null;
} {
  const fields = fieldsOf(JSON.parse(payload));
  const metadata = JSON.stringify(fields.metadata ?? {});
  const suffix = `,"metadata":${metadata}}`;
  const isCanonical = payload.startsWith(CONTENT_PREFIX) && payload.endsWith(suffix);
  const content = isCanonical
    ? payload.slice(CONTENT_PREFIX.length, -suffix.length)
    : JSON.stringify(fields.content ?? {});
  const usage = tokenUsageSchema.safeParse(fieldsOf(fields.metadata).token_usage);
  const text = searchTextOf(fieldsOf(fields.content));
  return { content, metadata, text, usage: usage.success ? usage.data : null };
}

/** What a user would read of a message: its text, or its text parts one after the other. */
function searchTextOf({ text, parts }: Readonly<Record<string, unknown>>): string {
  const texts: string[] = typeof text === 'string' ? [text] : [];
  let length = texts[0]?.length ?? 0;
  for (const part of Array.isArray(parts) ? parts : []) {
    if (length >= SEARCH_TEXT_LENGTH_MAX) break;
    const { type, text: own } = fieldsOf(part);
    if (type !== 'text' || typeof own !== 'string') continue;
    texts.push(own);
    length += own.length + 1;
  }
  return storable(texts.join(' ').slice(0, SEARCH_TEXT_LENGTH_MAX));
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What Postgres' text refuses, U+0000 and lone surrogates, is replaced by U+FFFD. */
export function storable(text: string): string {
  const whole = text.toWellFormed();
  return whole.includes('\u0000') ? whole.replaceAll('\u0000', '\ufffd') : whole;
}
