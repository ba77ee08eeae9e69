import type { JsonObject } from '@fleetlm/protocol/ui-stream';
import type { WireError } from '../wire.ts';

/** Unsent messages of one user over all conversations. When full `send` is refused, loudly. */
export const OUTBOX_ENTRIES_MAX = 200;

interface Outgoing {
  /** ULID: the idempotency key, so that sending again never makes a second message. */
  readonly clientMessageId: string;
  readonly sessionId: string;
  readonly kind: string;
  readonly content: JsonObject;
  /** Beside the id under which it is sent: such as `supersedes` of an edit. */
  readonly metadata?: JsonObject;
  readonly createdAtMs: number;
}

/** A message on its way. Once it is committed it is a message of the log and leaves the outbox. */
export type OutboxEntry =
  | (Outgoing & { readonly status: 'pending' })
  /** Refused for good; a user may try again or throw it away. */
  | (Outgoing & { readonly status: 'failed'; readonly error: WireError });

export type OutboxEvent =
  | { readonly type: 'added'; readonly entry: OutboxEntry }
  | { readonly type: 'committed'; readonly clientMessageId: string }
  | { readonly type: 'refused'; readonly clientMessageId: string; readonly error: WireError }
  | { readonly type: 'retried'; readonly clientMessageId: string }
  | { readonly type: 'discarded'; readonly clientMessageId: string };

/** The outbox after an event; entries stay in the order in which they were written. */
export function outboxAfter(
  entries: readonly OutboxEntry[],
  event: OutboxEvent,
): readonly OutboxEntry[] {
  switch (event.type) {
    case 'added':
      return entries.length >= OUTBOX_ENTRIES_MAX ? entries : [...entries, event.entry];
    case 'committed':
    case 'discarded':
      return without(entries, event.clientMessageId);
    case 'refused':
      return changed(entries, event.clientMessageId, (entry) => ({
        ...outgoing(entry),
        status: 'failed',
        error: event.error,
      }));
    case 'retried':
      return changed(entries, event.clientMessageId, (entry) => ({
        ...outgoing(entry),
        status: 'pending',
      }));
    default:
      return event satisfies never;
  }
}

/** The oldest entry that is to be sent now for a conversation: a later one waits, so that the order is kept. */
export function nextToSend(entries: readonly OutboxEntry[], sessionId: string): OutboxEntry | null {
  return (
    entries.find((entry) => entry.sessionId === sessionId && entry.status === 'pending') ?? null
  );
}

export function sessionsToSend(entries: readonly OutboxEntry[]): readonly string[] {
  return [
    ...new Set(
      entries.filter((entry) => entry.status === 'pending').map((entry) => entry.sessionId),
    ),
  ];
}

function without(entries: readonly OutboxEntry[], clientMessageId: string): readonly OutboxEntry[] {
  const rest = entries.filter((entry) => entry.clientMessageId !== clientMessageId);
  return rest.length === entries.length ? entries : rest;
}

function changed(
  entries: readonly OutboxEntry[],
  clientMessageId: string,
  change: (entry: OutboxEntry) => OutboxEntry,
): readonly OutboxEntry[] {
  return entries.map((entry) =>
    entry.clientMessageId === clientMessageId ? change(entry) : entry,
  );
}

function outgoing(entry: OutboxEntry): Outgoing {
  const { clientMessageId, sessionId, kind, content, metadata, createdAtMs } = entry;
  return {
    clientMessageId,
    sessionId,
    kind,
    content,
    ...(metadata === undefined ? {} : { metadata }),
    createdAtMs,
  };
}
