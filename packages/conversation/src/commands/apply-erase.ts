import type { GroupRecord } from '../group-record.ts';
import { ClientMessageIds } from '../session/client-message-ids.ts';
import { NO_HANDLE } from '../session/cold-sessions.ts';
import { headOf, type SessionHead } from '../session/session-head.ts';
import { SessionRecord } from '../session/session-record.ts';
import { sessionFromSnapshot } from '../snapshot/session-from-snapshot.ts';
import { enter } from './apply-eviction.ts';
import {
  changeDispatch,
  changeInbox,
  changeRow,
  dispatchChanged,
  outcomeOf,
} from './change-session.ts';
import type { Command } from './commands.ts';
import { NO_METADATA } from './metadata.ts';
import { noSuchSession } from './refuse.ts';
import type { Applied, Effect } from './results.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** C100 to C105 of SPEC.md. */
export function applyErase(group: GroupRecord, command: CommandOf<'erase-session'>): Applied {
  const session = group.sessions.get(command.sessionId) ?? backWithoutContent(group, command);
  if (session === null) return noSuchSession(group, command.sessionId);
  const effects: Effect[] = [];
  if (session.status !== 'erased') {
    const outcome = outcomeOf(session, { type: 'archive' });
    if ('next' in outcome && changeDispatch(group, session, outcome.next))
      effects.push(dispatchChanged(session));
    forgetContent(group, session);
    session.status = 'erased';
    changeRow(group, session);
    effects.push(changeInbox(session, false));
  }
  return { reply: { type: 'session', session: headOf(session) }, effects };
}

function forgetContent(group: GroupRecord, session: SessionRecord): void {
  const { lastSeq, flushedSeq } = session;
  const internals = SessionRecord.internals(session);
  internals.tail.clear();
  group.setClientMessageIds(session, ClientMessageIds.empty());
  internals.unread.readThrough(lastSeq);
  internals.voidSeqs = 0;
  internals.requests = null;
  SessionRecord.setMetadata(session, NO_METADATA);
  session.lastMessage = null;
  session.lastReadSeq = lastSeq;
  session.unreadCount = 0;
  // What was not archived yet never will be.
  group.flushBacklog -= lastSeq - flushedSeq;
  session.flushedSeq = lastSeq;
}

/** One that has left memory is not brought back for this: its head is all that a tombstone needs. Null: there is none. */
function backWithoutContent(
  group: GroupRecord,
  { sessionId, timeMs }: CommandOf<'erase-session'>,
): SessionRecord | null {
  const handle = group.cold.find(sessionId);
  if (handle === NO_HANDLE) return null;
  const { head } = group.cold.read(handle);
  const inbox = group.inboxOf(head.userId);
  const session = sessionFromSnapshot(group, inbox, snapshotOf(head), 'session');
  inbox.removeCold(handle);
  group.cold.remove(sessionId);
  SessionRecord.internals(session).cleanSinceMs = timeMs;
  enter(group, session);
  return session;
}

const NOTHING = new Uint8Array(0);

function snapshotOf({ unreadCount: _unread, awaitsUser: _awaits, ...head }: SessionHead) {
  return {
    ...head,
    lastReadSeq: head.lastSeq,
    tailFirstSeq: head.lastSeq + 1,
    tail: NOTHING,
    clientMessageIds: NOTHING,
    checkpoint: null,
    voidSeqs: 0,
    unread: { firstWord: 0, words: [] },
  };
}
