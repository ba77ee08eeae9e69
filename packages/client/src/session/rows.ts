import { isControlKind, threadOf } from '@fleetlm/protocol/thread';
import { type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';
import type { OutboxEntry } from '../outbox/outbox-state.ts';
import { clientMessageIdOf, epochOf, type Message } from '../wire.ts';

/** A line of a conversation: a committed message, or one of this user's that is on its way. */
export type Row =
  | {
      readonly type: 'message';
      readonly key: string;
      readonly message: Message;
      /** What stood in its place before, oldest first: it was edited, or asked for again. */
      readonly earlier: readonly Message[];
    }
  | { readonly type: 'outgoing'; readonly key: string; readonly entry: OutboxEntry };

/** The rows of a conversation as a screen shows them, messages that are not sent yet included. */
export interface Rows {
  readonly rows: readonly Row[];
  /** An older message is named by what is here: the page before is needed to be sure. */
  readonly needsOlder: boolean;
}

/** In the shape that a thread is made of. */
interface Logged {
  readonly id: string;
  readonly kind: string;
  readonly content: JsonObject;
  readonly metadata: JsonObject;
  readonly from: Message | OutboxEntry;
}

const NONE: readonly Message[] = [];

/**
 * The conversation as it is shown: what the append-only log stands for, then what is on its way in the order of writing.
 * An edit or a wish for another answer takes its effect at once, before it is committed. A message keeps its key when
 * it is committed, so the line stays where it is and is not drawn anew.
 */
export function rowsOf(
  sessionId: string,
  messages: readonly Message[],
  outbox: readonly OutboxEntry[],
  isWhole = true,
): Rows {
  const committed = new Set(messages.map(clientMessageIdOf));
  const waiting = outbox.filter(
    (entry) => entry.sessionId === sessionId && !committed.has(entry.clientMessageId),
  );
  const log: readonly Logged[] = [...messages.map(loggedMessage), ...waiting.map(loggedEntry)];
  const { messages: thread, needsOlder } = threadOf(log, { isWhole });
  const earlier = earlierVersions(messages);
  return { rows: thread.map((logged) => rowOf(logged, earlier)), needsOlder };
}

/** Committed messages do not change: of ten thousand only the new ones are made into rows. */
const loggedMessages = new WeakMap<Message, Logged>();
const plainRows = new WeakMap<Message, Row>();

function loggedMessage(message: Message): Logged {
  const known = loggedMessages.get(message);
  if (known !== undefined) return known;
  const { id, kind, content, metadata } = message;
  const logged: Logged = { id, kind, content, metadata, from: message };
  loggedMessages.set(message, logged);
  return logged;
}

function loggedEntry(entry: OutboxEntry): Logged {
  const { clientMessageId, kind, content, status } = entry;
  const metadata = { ...entry.metadata, client_message_id: clientMessageId };
  // What was refused for good changes nothing: it is a line of its own that says so.
  const isDead = status === 'failed';
  return {
    id: clientMessageId,
    kind: isDead && isControlKind(kind) ? 'text' : kind,
    content,
    metadata: isDead ? { client_message_id: clientMessageId } : metadata,
    from: entry,
  };
}

function rowOf(
  { id, content, from }: Logged,
  earlier: ReadonlyMap<string, readonly Message[]>,
): Row {
  if (!('seq' in from)) return { type: 'outgoing', key: from.clientMessageId, entry: from };
  const versions = earlier.get(id) ?? NONE;
  const isPlain = content === from.content && versions === NONE;
  const known = isPlain ? plainRows.get(from) : undefined;
  if (known !== undefined) return known;
  const message = content === from.content ? from : { ...from, content };
  const key = clientMessageIdOf(from) ?? id;
  const row: Row = { type: 'message', key, message, earlier: versions };
  if (isPlain) plainRows.set(from, row);
  return row;
}

/** By the id of a message: what it took the place of. */
function earlierVersions(messages: readonly Message[]): ReadonlyMap<string, readonly Message[]> {
  const versions = new Map<string, readonly Message[]>();
  let askedAgain: string | null = null;
  const find = (name: string) =>
    messages.findLast((other) => other.id === name || clientMessageIdOf(other) === name);
  const replaces = (message: Message, name: string): void => {
    const before = find(name);
    if (before !== undefined)
      versions.set(message.id, [...(versions.get(before.id) ?? []), before]);
  };
  for (const message of messages) {
    const supersedes = stringField(message.metadata, 'supersedes');
    if (message.kind === 'regenerate') askedAgain = stringField(message.content, 'supersedes');
    else if (supersedes !== null) replaces(message, supersedes);
    else if (askedAgain !== null && epochOf(message) !== null) {
      replaces(message, askedAgain);
      askedAgain = null;
    }
  }
  return versions;
}
