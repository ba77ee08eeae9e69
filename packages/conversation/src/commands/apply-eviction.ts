import type { GroupRecord } from '../group-record.ts';
import { type ColdGaps, encodeCold, NO_GAPS } from '../session/cold-record.ts';
import { NO_HANDLE } from '../session/cold-sessions.ts';
import { headOf } from '../session/session-head.ts';
import { SessionRecord } from '../session/session-record.ts';
import { FormatError } from '../snapshot/plain-fields.ts';
import { sessionFromSnapshot } from '../snapshot/session-from-snapshot.ts';
import type { SessionSnapshot } from '../snapshot/session-snapshot.ts';
import type { Command } from './commands.ts';
import { NO_EFFECTS, noSuchSession, refuse } from './refuse.ts';
import type { Applied } from './results.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** C92 and C93 of SPEC.md. */
export function applyEvict(group: GroupRecord, command: CommandOf<'evict-sessions'>): Applied {
  for (const { sessionId, inboxVersion } of command.sessions) {
    const session = group.sessions.get(sessionId);
    if (session === undefined || session.inboxVersion !== inboxVersion || !canLeave(session))
      continue;
    const { inbox } = SessionRecord.internals(session);
    const head = headOf(session);
    group.forget(session);
    inbox.insertCold(group.cold.add(head, NO_GAPS));
  }
  return { reply: { type: 'done' }, effects: NO_EFFECTS };
}

/** All of it is in Postgres, and nothing is to be done for it. */
export function canLeave(session: SessionRecord): boolean {
  const { status } = session.dispatch;
  return !session.isDirty && (status === 'idle' || status === 'failed');
}

/** C94 and C95 of SPEC.md. */
export function applyHydrate(group: GroupRecord, command: CommandOf<'hydrate-session'>): Applied {
  const { session: archived } = command;
  const present = group.sessions.get(archived.id);
  if (present !== undefined)
    return { reply: { type: 'session', session: headOf(present) }, effects: NO_EFFECTS };
  const handle = group.cold.find(archived.id);
  if (handle === NO_HANDLE) return noSuchSession(group, archived.id);
  const { head, gaps } = group.cold.read(handle);
  if (archived.userId !== head.userId)
    return refuse('stale-archive', `the archive has session ${archived.id} of another user`);
  const inbox = group.inboxOf(head.userId);
  let session: SessionRecord;
  try {
    session = sessionFromSnapshot(group, inbox, withGaps(archived, gaps), 'session');
  } catch (error) {
    if (error instanceof FormatError) return refuse('stale-archive', error.message);
    throw error;
  }
  if (!isSame(encodeCold(headOf(session), gaps), encodeCold(head, gaps)))
    return refuse('stale-archive', `the archive has another state of session ${archived.id}`);
  inbox.removeCold(handle);
  group.cold.remove(archived.id);
  SessionRecord.internals(session).cleanSinceMs = command.timeMs;
  enter(group, session);
  return { reply: { type: 'session', session: headOf(session) }, effects: NO_EFFECTS };
}

/** Puts a session that is in no index into all of them. */
export function enter(group: GroupRecord, session: SessionRecord): void {
  group.hold(session);
  SessionRecord.internals(session).inbox.insert(session);
  group.indexDispatch(session);
  group.indexDirty(session);
  group.flushBacklog += session.lastSeq - session.flushedSeq;
}

/** The archived state predates a restore; the head in memory does not. */
function withGaps(archived: SessionSnapshot, { counters, voidSeqs }: ColdGaps): SessionSnapshot {
  if (counters === 0 && voidSeqs === 0) return archived;
  return {
    ...archived,
    activity: archived.activity + counters,
    inboxVersion: archived.inboxVersion + counters,
    version: archived.version + counters,
    dispatch: { ...archived.dispatch, epoch: archived.dispatch.epoch + counters },
    voidSeqs: Math.max(archived.voidSeqs, voidSeqs),
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
