import type { GroupRecord } from '../group-record.ts';
import type { InboxRecord } from '../session/inbox-record.ts';
import { headOf } from '../session/session-head.ts';
import { newHead, newInternals, SessionRecord } from '../session/session-record.ts';
import { requestsAfterEvent } from '../session/tool-requests.ts';
import { METADATA_BYTES_PER_USER_MAX, SESSIONS_PER_USER_MAX } from '../state.ts';
import {
  changeDispatch,
  changeInbox,
  changeRow,
  dispatchChanged,
  outcomeOf,
} from './change-session.ts';
import type { Command, Payload } from './commands.ts';
import { NO_METADATA } from './metadata.ts';
import { NO_EFFECTS, noSuchSession, refuse } from './refuse.ts';
import type { Applied, Effect } from './results.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** C10 to C12 of SPEC.md. */
export function applyCreate(group: GroupRecord, command: CommandOf<'create-session'>): Applied {
  const existing = group.sessions.get(command.sessionId);
  if (existing !== undefined) {
    return existing.status !== 'erased' && isCreationOf(existing, command)
      ? { reply: { type: 'session', session: headOf(existing) }, effects: NO_EFFECTS }
      : refuse('session-exists', `session ${command.sessionId} is another one`);
  }
  if (group.isCold(command.sessionId)) return noSuchSession(group, command.sessionId);
  const inbox = group.inboxOf(command.userId);
  if (inbox.size >= SESSIONS_PER_USER_MAX)
    return refuse('inbox-full', `a user has at most ${SESSIONS_PER_USER_MAX} sessions`);
  if (isTooMuchMetadata(inbox, 0, command.metadata)) return TOO_MUCH_METADATA;
  const head = newHead({
    id: command.sessionId,
    userId: inbox.userId,
    agentId: group.sharedAgentId(command.agentId),
    metadata: copyOf(command.metadata),
    insertedAtMs: command.timeMs,
  });
  const session = new SessionRecord(head, newInternals(inbox));
  group.hold(session);
  group.indexDirty(session);
  const changed = changeInbox(session, true);
  return { reply: { type: 'session', session: headOf(session) }, effects: [changed] };
}

/** C14 to C17 of SPEC.md. */
export function applyArchive(group: GroupRecord, command: CommandOf<'archive-session'>): Applied {
  const session = group.living(command.sessionId);
  if (session === undefined) return noSuchSession(group, command.sessionId);
  const effects: Effect[] = [];
  if (session.status === 'active') {
    session.status = 'archived';
    changeRow(group, session);
    const outcome = outcomeOf(session, { type: 'archive' });
    if ('next' in outcome) {
      const internals = SessionRecord.internals(session);
      internals.requests = requestsAfterEvent(
        internals.requests,
        'archive',
        session.dispatch,
        outcome.next,
      );
      if (changeDispatch(group, session, outcome.next)) effects.push(dispatchChanged(session));
    }
    effects.push(changeInbox(session, false));
  }
  return { reply: { type: 'session', session: headOf(session) }, effects };
}

/** C18 and C19 of SPEC.md. */
export function applyUpdate(group: GroupRecord, command: CommandOf<'update-session'>): Applied {
  const session = group.living(command.sessionId);
  if (session === undefined) return noSuchSession(group, command.sessionId);
  const { metadata, status } = command;
  const { inbox } = SessionRecord.internals(session);
  if (metadata !== null && isTooMuchMetadata(inbox, session.metadata.length, metadata))
    return TOO_MUCH_METADATA;
  if (status === 'archived' && session.status === 'active') {
    const archived = applyArchive(group, { ...command, type: 'archive-session' });
    if (metadata === null || equalBytes(metadata, session.metadata)) return archived;
    SessionRecord.setMetadata(session, copyOf(metadata));
    return { reply: { type: 'session', session: headOf(session) }, effects: archived.effects };
  }
  const isRenamed = metadata !== null && !equalBytes(metadata, session.metadata);
  const isBack = status === 'active' && session.status === 'archived';
  const effects: Effect[] = [];
  if (isRenamed || isBack) {
    if (isRenamed) SessionRecord.setMetadata(session, copyOf(metadata));
    if (isBack) session.status = 'active';
    changeRow(group, session);
    effects.push(changeInbox(session, false));
  }
  return { reply: { type: 'session', session: headOf(session) }, effects };
}

const TOO_MUCH_METADATA = refuse(
  'inbox-full',
  `the metadata of a user's sessions has at most ${METADATA_BYTES_PER_USER_MAX} bytes together`,
);

/** What makes it less is always allowed. */
function isTooMuchMetadata(inbox: InboxRecord, bytesBefore: number, metadata: Payload): boolean {
  const added = metadata.length - bytesBefore;
  return added > 0 && inbox.metadataBytes + added > METADATA_BYTES_PER_USER_MAX;
}

function isCreationOf(session: SessionRecord, command: CommandOf<'create-session'>): boolean {
  return (
    session.userId === command.userId &&
    session.agentId === command.agentId &&
    equalBytes(session.metadata, command.metadata)
  );
}

/** The command's buffer is the log's; keeping a view would keep all of it. */
function copyOf(bytes: Payload): Payload {
  return equalBytes(bytes, NO_METADATA) ? NO_METADATA : new Uint8Array(bytes);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
