import type { OutboxEntry } from '../outbox/outbox-state.ts';
import { clientMessageIdOf, type Message } from '../wire.ts';

/** A line of a conversation: a committed message, or one of this person's that is on its way. */
export type Row =
  | { readonly type: 'message'; readonly key: string; readonly message: Message }
  | { readonly type: 'outgoing'; readonly key: string; readonly entry: OutboxEntry };

/**
 * The conversation as it is shown: what is committed in its order, then what is on its way in the order of
 * writing. A message keeps its key when it is committed, so the line stays where it is and is not drawn anew.
 */
export function rowsOf(
  sessionId: string,
  messages: readonly Message[],
  outbox: readonly OutboxEntry[],
): readonly Row[] {
  const rows: Row[] = [];
  const committed = new Set<string>();
  for (const message of messages) {
    const clientMessageId = clientMessageIdOf(message);
    if (clientMessageId !== null) committed.add(clientMessageId);
    rows.push({ type: 'message', key: clientMessageId ?? message.id, message });
  }
  for (const entry of outbox) {
    if (entry.sessionId === sessionId && !committed.has(entry.clientMessageId))
      rows.push({ type: 'outgoing', key: entry.clientMessageId, entry });
  }
  return rows;
}
