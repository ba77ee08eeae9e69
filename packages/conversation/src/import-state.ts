import { ClientMessageIds } from './client-message-ids.ts';
import {
  createGroupState,
  firstTailSeqOf,
  type GroupRecord,
  groupRecordOf,
} from './group-record.ts';
import { MessageTail } from './message-tail.ts';
import {
  COUNTER_MAX,
  FormatError,
  fields,
  ID_LENGTH_MAX,
  integer,
  list,
  text,
} from './plain-fields.ts';
import { SessionRecord } from './session-record.ts';
import { type SessionSnapshot, SNAPSHOT_VERSION } from './snapshot.ts';
import { readSessionSnapshot } from './snapshot-fields.ts';
import type { GroupState } from './state.ts';
import { UnreadMarks } from './unread-marks.ts';

/** Entries of one list of a snapshot. */
const ENTRIES_MAX = 2 ** 31 - 1;

/**
 * The state that a snapshot was made of. Every byte is copied: the snapshot's buffer may go. Throws a FormatError
 * that names the place for another version, a wrong field, or fields that contradict each other.
 */
export function importState(plain: unknown): GroupState {
  if (typeof plain !== 'object' || plain === null || !('version' in plain))
    throw new FormatError('snapshot', 'must be an object with a version');
  if (plain.version !== SNAPSHOT_VERSION)
    throw new FormatError(
      'snapshot.version',
      `is ${String(plain.version)}; this node knows ${SNAPSHOT_VERSION}`,
    );
  const snapshot = fields(plain, 'snapshot', [
    'version',
    'sessions',
    'inboxes',
    'flushOrder',
    'archiveMark',
  ]);
  const state = createGroupState();
  const group = groupRecordOf(state);
  group.archiveMark = integer(snapshot.archiveMark, 'archiveMark', 0, COUNTER_MAX);
  const inboxes = list(snapshot.inboxes, 'inboxes', ENTRIES_MAX).map((value, index) =>
    readInbox(group, value, `inboxes.${index}`),
  );
  for (const [index, value] of list(snapshot.sessions, 'sessions', ENTRIES_MAX).entries())
    restoreSession(group, readSessionSnapshot(value, `sessions.${index}`), `sessions.${index}`);
  for (const { userId, sessionIds, path } of inboxes) restoreInbox(group, userId, sessionIds, path);
  for (const [id, session] of group.sessions)
    if (!SessionRecord.internals(session).inbox.has(session))
      throw new FormatError('inboxes', `have no session ${id}`);
  restoreFlushOrder(group, list(snapshot.flushOrder, 'flushOrder', ENTRIES_MAX));
  return state;
}

interface InboxEntry {
  readonly userId: string;
  readonly sessionIds: readonly string[];
  readonly path: string;
}

function readInbox(group: GroupRecord, value: unknown, path: string): InboxEntry {
  const inbox = fields(value, path, ['userId', 'version', 'sessionIds']);
  const userId = text(inbox.userId, `${path}.userId`, ID_LENGTH_MAX);
  if (group.inboxes.has(userId)) throw new FormatError(`${path}.userId`, 'is there twice');
  group.inboxOf(userId).version = integer(inbox.version, `${path}.version`, 1, COUNTER_MAX);
  const sessionIds = list(inbox.sessionIds, `${path}.sessionIds`, ENTRIES_MAX).map((id, index) =>
    text(id, `${path}.sessionIds.${index}`, ID_LENGTH_MAX),
  );
  return { userId, sessionIds, path };
}

function restoreSession(group: GroupRecord, from: SessionSnapshot, path: string): void {
  if (group.sessions.has(from.id)) throw new FormatError(`${path}.id`, 'is there twice');
  const inbox = group.inboxes.get(from.userId);
  if (inbox === undefined) throw new FormatError(`${path}.userId`, 'has no inbox');
  if (from.inboxVersion > inbox.version || from.activity > from.inboxVersion)
    throw new FormatError(`${path}.inboxVersion`, 'does not fit its inbox');
  const firstSeq = firstTailSeqOf(from);
  const tail = records(`${path}.tail`, () => MessageTail.fromBytes(from.tail, firstSeq));
  if (tail.firstSeq + tail.count !== from.lastSeq + 1)
    throw new FormatError(`${path}.tail`, `must hold messages ${firstSeq} to ${from.lastSeq}`);
  const unread = records(`${path}.unread`, () =>
    UnreadMarks.fromWords(from.unread.words, from.unread.firstWord, from.lastReadSeq, from.lastSeq),
  );
  const session = new SessionRecord(
    {
      id: from.id,
      userId: inbox.userId,
      agentId: group.sharedAgentId(from.agentId),
      metadata: new Uint8Array(from.metadata),
      insertedAtMs: from.insertedAtMs,
    },
    {
      tail,
      clientMessageIds: records(`${path}.clientMessageIds`, () =>
        ClientMessageIds.fromBytes(from.clientMessageIds, from.lastSeq),
      ),
      unread,
      inbox,
      checkpoint: from.checkpoint,
      voidSeqs: from.voidSeqs,
      newer: null,
      older: null,
    },
  );
  session.status = from.status;
  session.lastSeq = from.lastSeq;
  session.lastReadSeq = from.lastReadSeq;
  session.updatedAtMs = from.updatedAtMs;
  session.activity = from.activity;
  session.inboxVersion = from.inboxVersion;
  session.unreadCount = unread.count;
  session.lastUserSeq = from.lastUserSeq;
  session.dispatch = from.dispatch;
  session.debounceMs = from.debounceMs;
  session.lastMessage = from.lastMessage;
  session.flushedSeq = from.flushedSeq;
  session.version = from.version;
  session.flushedVersion = from.flushedVersion;
  group.sessions.set(session.id, session);
  group.indexDispatch(session);
  group.flushBacklog += session.lastSeq - session.flushedSeq;
}

/** Packed records say themselves what is wrong; this says where. */
function records<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError(path, `is damaged: ${error.message}`);
    throw error;
  }
}

function restoreInbox(
  group: GroupRecord,
  userId: string,
  sessionIds: readonly string[],
  path: string,
): void {
  const inbox = group.inboxOf(userId);
  let activity = 0;
  for (const id of sessionIds.toReversed()) {
    const session = group.sessions.get(id);
    if (session === undefined || session.userId !== userId)
      throw new FormatError(`${path}.sessionIds`, `names ${id}, which is not the user's`);
    if (session.activity <= activity)
      throw new FormatError(`${path}.sessionIds`, `has ${id} in the wrong place`);
    activity = session.activity;
    inbox.moveToFront(session);
  }
}

function restoreFlushOrder(group: GroupRecord, order: readonly unknown[]): void {
  for (const [index, value] of order.entries()) {
    const id = text(value, `flushOrder.${index}`, ID_LENGTH_MAX);
    const session = group.sessions.get(id);
    if (session === undefined || !session.isDirty || group.dirty.has(session))
      throw new FormatError(`flushOrder.${index}`, 'must name a session to be flushed, once');
    group.dirty.add(session);
  }
  for (const session of group.sessions.values())
    if (session.isDirty && !group.dirty.has(session))
      throw new FormatError('flushOrder', `must name session ${session.id}`);
}
