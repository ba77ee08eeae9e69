import { createGroupState, type GroupRecord, groupRecordOf } from '../group-record.ts';
import { readU32 } from '../session/byte-fields.ts';
import { decodeCold, encodeCold, ID_AT, LENGTH_AT } from '../session/cold-record.ts';
import { SessionRecord } from '../session/session-record.ts';
import type { GroupState } from '../state.ts';
import {
  bytes,
  COUNTER_MAX,
  FormatError,
  fields,
  ID_LENGTH_MAX,
  integer,
  list,
  text,
} from './plain-fields.ts';
import { readRecords, sessionFromSnapshot } from './session-from-snapshot.ts';
import type { SessionSnapshot } from './session-snapshot.ts';
import { SNAPSHOT_VERSION } from './snapshot.ts';
import { readSessionSnapshot } from './snapshot-fields.ts';

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
    'cold',
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
    addSession(group, readSessionSnapshot(value, `sessions.${index}`), `sessions.${index}`);
  for (const { userId, sessionIds, path } of inboxes) restoreInbox(group, userId, sessionIds, path);
  for (const [id, session] of group.sessions)
    if (!SessionRecord.internals(session).inbox.has(session))
      throw new FormatError('inboxes', `have no session ${id}`);
  restoreCold(group, bytes(snapshot.cold, 'cold'));
  restoreFlushOrder(group, list(snapshot.flushOrder, 'flushOrder', ENTRIES_MAX));
  return state;
}

function addSession(group: GroupRecord, from: SessionSnapshot, path: string): void {
  if (group.sessions.has(from.id)) throw new FormatError(`${path}.id`, 'is there twice');
  const inbox = group.inboxes.get(from.userId);
  if (inbox === undefined) throw new FormatError(`${path}.userId`, 'has no inbox');
  const session = sessionFromSnapshot(group, inbox, from, path);
  group.hold(session);
  group.indexDispatch(session);
  group.flushBacklog += session.lastSeq - session.flushedSeq;
}

/** Each record is read, and is what would be written of it: nothing else is taken. */
function restoreCold(group: GroupRecord, records: Uint8Array): void {
  let last = '';
  for (let at = 0; at < records.length; ) {
    const record = records.subarray(at, at + coldLength(records, at));
    const { head, gaps } = readRecords('cold', () => decodeCold(record, 0));
    const path = `cold.${head.id}`;
    const again = encodeCold(head, gaps);
    if (again.length !== record.length || again.some((byte, index) => byte !== record[index]))
      throw new FormatError(path, 'is damaged');
    const inbox = group.inboxes.get(head.userId);
    if (inbox === undefined) throw new FormatError(path, 'has no inbox');
    if (head.inboxVersion > inbox.version || head.activity > head.inboxVersion)
      throw new FormatError(path, 'does not fit its inbox');
    if (head.id <= last || group.sessions.has(head.id))
      throw new FormatError(path, 'is there twice, or in the wrong place');
    last = head.id;
    inbox.insertCold(group.cold.addRecord(record, head.id));
    at += record.length;
  }
}

function coldLength(records: Uint8Array, at: number): number {
  const length = readRecords('cold', () => readU32(records, at + LENGTH_AT));
  if (length < ID_AT || at + length > records.length)
    throw new FormatError('cold', `is damaged at byte ${at}`);
  return length;
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
  // Which have been clean longest is not known; those that nothing happened to are likely to be.
  const clean = [...group.sessions.values()].filter((session) => !session.isDirty);
  for (const session of clean.sort((a, b) => a.updatedAtMs - b.updatedAtMs))
    group.clean.add(session);
}
