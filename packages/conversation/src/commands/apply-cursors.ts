import type { GroupRecord } from '../group-record.ts';
import { NO_HANDLE } from '../session/cold-sessions.ts';
import type { SessionHead } from '../session/session-head.ts';
import { SessionRecord } from '../session/session-record.ts';
import { trimTail } from '../session/trim-tail.ts';
import { changeInbox, changeRow } from './change-session.ts';
import type { Command } from './commands.ts';
import { NO_EFFECTS, noSuchSession, refuse } from './refuse.ts';
import type { Applied } from './results.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** C30 to C34 of SPEC.md. */
export function applyMarkRead(group: GroupRecord, command: CommandOf<'mark-read'>): Applied {
  const session = group.living(command.sessionId);
  if (session === undefined) return noSuchSession(group, command.sessionId);
  const { userId, lastSeq } = command;
  if (userId !== session.userId)
    return refuse('not-participant', `user ${userId} is not in this session`);
  if (lastSeq > session.lastSeq)
    return refuse('seq-beyond-last', `the newest message is ${session.lastSeq}, not ${lastSeq}`);
  if (lastSeq <= session.lastReadSeq)
    return {
      reply: { type: 'read', lastReadSeq: session.lastReadSeq },
      effects: NO_EFFECTS,
    };
  const { unread } = SessionRecord.internals(session);
  session.lastReadSeq = lastSeq;
  unread.readThrough(lastSeq);
  session.unreadCount = unread.count;
  changeRow(group, session);
  return {
    reply: { type: 'read', lastReadSeq: lastSeq },
    effects: [
      {
        type: 'read-moved',
        sessionId: session.id,
        userId: session.userId,
        lastReadSeq: lastSeq,
      },
      changeInbox(session, false),
    ],
  };
}

/** C70 to C72 and C77 of SPEC.md. */
export function applyMarkFlushed(group: GroupRecord, command: CommandOf<'mark-flushed'>): Applied {
  for (const { sessionId, seq, sessionVersion } of command.watermarks) {
    const session = group.sessions.get(sessionId) ?? coldHead(group, sessionId);
    if (session === null) continue;
    if (seq > session.lastSeq || sessionVersion > session.version)
      return refuse(
        'seq-beyond-last',
        `session ${sessionId} is at message ${session.lastSeq}, version ${session.version}, ` +
          `not ${seq}, ${sessionVersion}`,
      );
  }
  group.archiveMark = Math.max(group.archiveMark, command.mark);
  for (const { sessionId, seq, sessionVersion } of command.watermarks) {
    const session = group.sessions.get(sessionId);
    if (session === undefined) continue;
    if (seq > session.flushedSeq) {
      group.flushBacklog -= seq - session.flushedSeq;
      session.flushedSeq = seq;
      trimTail(session);
    }
    session.flushedVersion = Math.max(session.flushedVersion, sessionVersion);
    // Behind the others: a session that is never clean must not keep them from being written.
    group.dirty.delete(session);
    group.clean.delete(session);
    group.indexDirty(session);
    SessionRecord.internals(session).cleanSinceMs = command.timeMs;
  }
  return { reply: { type: 'done' }, effects: NO_EFFECTS };
}

function coldHead(group: GroupRecord, sessionId: string): SessionHead | null {
  const handle = group.cold.find(sessionId);
  return handle === NO_HANDLE ? null : group.cold.read(handle).head;
}
