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

export function sessionRow(
  session: SessionHead,
  metadata = decoder.decode(session.metadata),
): string {
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
  return `${head.slice(0, -1)},"metadata":${metadata}}`;
}

/** As `acceptableMessageRow`. */
export function acceptableSessionRow(session: SessionHead): string {
  const metadata: unknown = JSON.parse(decoder.decode(session.metadata));
  const named = { ...session, userId: acceptableText(session.userId) };
  return sessionRow(named, JSON.stringify(acceptable(metadata)));
}

/**
 * The same row with what Postgres' jsonb refuses (U+0000, lone surrogates) replaced by U+FFFD. The log keeps
 * the original, and so does the hash.
 */
export function acceptableMessageRow(message: Message): string {
  const payload: unknown = JSON.parse(decoder.decode(message.payload));
  const { sender, kind } = message;
  const named = {
    ...message,
    sender: { ...sender, id: acceptableText(sender.id) },
    kind: acceptableText(kind),
  };
  return messageRow(named, JSON.stringify(acceptable(payload)));
}

function acceptable(value: unknown): unknown {
  if (typeof value === 'string') return acceptableText(value);
  if (Array.isArray(value)) return value.map(acceptable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [acceptableText(key), acceptable(inner)]),
  );
}

function acceptableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
