import {
  changeDispatch,
  changeInbox,
  commitMessage,
  dispatchChanged,
  outcomeOf,
} from './change-session.ts';
import type { KnownMessage } from './client-message-ids.ts';
import type { Command } from './commands.ts';
import type { GroupRecord } from './group-record.ts';
import { NO_EFFECTS, noSuchSession, refuse } from './refuse.ts';
import type { Applied, Effect } from './results.ts';
import { SessionRecord } from './session-record.ts';

type AppendMessage = Extract<Command, { type: 'append-message' }>;

/** C20 to C29 of SPEC.md. */
export function applyAppend(group: GroupRecord, command: AppendMessage): Applied {
  const session = group.sessions.get(command.sessionId);
  if (session === undefined) return noSuchSession(command.sessionId);
  const { sender, clientMessageId, message, timeMs, debounceMs } = command;
  if (sender.id !== (sender.type === 'user' ? session.userId : session.agentId))
    return refuse('not-participant', `${sender.type} ${sender.id} is not in this session`);
  const { clientMessageIds } = SessionRecord.internals(session);
  const known = clientMessageIds.find(sender.type, clientMessageId);
  if (known !== null) return duplicateOf(session, known);
  if (session.status === 'archived')
    return refuse('session-archived', 'an archived session takes no messages');

  const committed = commitMessage(group, session, sender, message, timeMs);
  const { seq, insertedAtMs } = committed;
  clientMessageIds.add(sender.type, clientMessageId, { seq, messageId: message.id, insertedAtMs });
  const effects: Effect[] = [{ type: 'message-committed', message: committed }];
  if (sender.type === 'user') {
    session.debounceMs = debounceMs;
    const outcome = outcomeOf(session, { type: 'user-message', timeMs, debounceMs });
    if ('next' in outcome && changeDispatch(group, session, outcome.next))
      effects.push(dispatchChanged(session));
  }
  effects.push(changeInbox(session, true));
  return { reply: { type: 'appended', message: committed, duplicate: false }, effects };
}

function duplicateOf(session: SessionRecord, known: KnownMessage): Applied {
  const [message] = SessionRecord.internals(session).tail.read(session, known.seq, known.seq);
  return {
    reply:
      message === undefined
        ? { type: 'duplicate', ...known }
        : { type: 'appended', message, duplicate: true },
    effects: NO_EFFECTS,
  };
}
