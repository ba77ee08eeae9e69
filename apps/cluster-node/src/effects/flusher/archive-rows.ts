import { createHash } from 'node:crypto';
import type { Message, SessionHead } from '@fleetlm/conversation';

/**
 * Rows on their way to Postgres as one JSON text a batch: the payloads are JSON already and go in as they
 * are, without being parsed here.
 */
const decoder = new TextDecoder();

/** SHA-256 of a payload: tells a repeated flush from a conflicting one. Lower-case hex. */
export function payloadHash(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}

export function messageRow(message: Message, payload = decoder.decode(message.payload)): string {
  const head = JSON.stringify({
    session_id: message.sessionId,
    seq: message.seq,
    id: message.id,
    sender_type: message.sender.type,
    sender_id: message.sender.id,
    kind: message.kind,
    payload_hash: payloadHash(message.payload),
    inserted_at: new Date(message.insertedAtMs).toISOString(),
  });
  return `${head.slice(0, -1)},"payload":${payload}}`;
}

export function sessionRow(session: SessionHead): string {
  const head = JSON.stringify({
    id: session.id,
    user_id: session.userId,
    agent_id: session.agentId,
    status: session.status,
    last_seq: session.lastSeq,
    last_read_seq: session.lastReadSeq,
    version: session.version,
    inserted_at: new Date(session.insertedAtMs).toISOString(),
    updated_at: new Date(session.updatedAtMs).toISOString(),
  });
  return `${head.slice(0, -1)},"metadata":${decoder.decode(session.metadata)}}`;
}

/**
 * The same row with what Postgres' jsonb refuses (U+0000, lone surrogates) replaced by U+FFFD. The log keeps
 * the original, and so does the hash.
 */
export function acceptableMessageRow(message: Message): string {
  const payload: unknown = JSON.parse(decoder.decode(message.payload));
  return messageRow(message, JSON.stringify(acceptable(payload)));
}

function acceptable(value: unknown): unknown {
  if (typeof value === 'string') return withoutNul(value.toWellFormed());
  if (Array.isArray(value)) return value.map(acceptable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      withoutNul(key.toWellFormed()),
      acceptable(inner),
    ]),
  );
}

function withoutNul(text: string): string {
  return text.replaceAll('\u0000', '\ufffd');
}
