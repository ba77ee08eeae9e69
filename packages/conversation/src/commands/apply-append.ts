import type { GroupRecord } from '../group-record.ts';
import type { KnownMessage } from '../session/client-message-ids.ts';
import type { DispatchOutcome } from '../session/dispatch-table.ts';
import { SessionRecord } from '../session/session-record.ts';
import {
  isDecided,
  requestsAfterEvent,
  requestsAfterResponse,
  requestsOf,
} from '../session/tool-requests.ts';
import type { DispatchState, Message } from '../state.ts';
import {
  changeDispatch,
  changeInbox,
  commitMessage,
  dispatchChanged,
  isContextChange,
  outcomeOf,
} from './change-session.ts';
import type { Command, NewMessage, Sender } from './commands.ts';
import { movedOn, NO_EFFECTS, noSuchSession, refuse } from './refuse.ts';
import type { Applied, Effect } from './results.ts';

type AppendMessage = Extract<Command, { type: 'append-message' }>;

/** C20 to C29, C35 and C36 of SPEC.md. */
export function applyAppend(group: GroupRecord, command: AppendMessage): Applied {
  const session = group.living(command.sessionId);
  if (session === undefined) return noSuchSession(group, command.sessionId);
  const { sender, clientMessageId, message, timeMs, debounceMs } = command;
  if (sender.id !== (sender.type === 'user' ? session.userId : session.agentId))
    return refuse('not-participant', `${sender.type} ${sender.id} is not in this session`);
  const { clientMessageIds } = SessionRecord.internals(session);
  const known = clientMessageIds.find(sender.type, clientMessageId);
  if (known !== null) return duplicateOf(session, known);
  if (clientMessageIds.isExpired(sender.type, clientMessageId, message.id))
    return refuse(
      'client-message-id-expired',
      'client_message_id is older than the deduplication window: the message may have been stored already',
    );
  if (session.status === 'archived')
    return refuse('session-archived', 'an archived session takes no messages');
  if (command.expectedSeq !== undefined && command.expectedSeq !== session.lastSeq)
    return movedOn(session.lastSeq);

  const internals = SessionRecord.internals(session);
  const response = sender.type === 'user' ? message.response : undefined;
  const responded =
    response === undefined ? null : requestsAfterResponse(internals.requests, response);
  if (responded !== null && 'refusal' in responded)
    return refuse(responded.refusal, responded.detail);
  const left = responded?.open ?? null;
  // As long as some of a message's requests are open, a decision is no work for the agent.
  const isPartial = left !== null && left.keys.length > 0;
  const before = session.dispatch;
  const next = sender.type === 'user' && !isPartial ? workAfter(session, command) : before;
  if ('refusal' in next) return refuse(next.refusal, next.detail);

  const effects: Effect[] = [];
  const commit = (from: Sender['type'], content: NewMessage): Message =>
    commitMessage(group, session, from, content, timeMs, effects);
  // A new epoch out of an answer that was held up: what it had streamed stands before the message that ended it.
  const isEnded = next.epoch !== before.epoch;
  const partial = isEnded && isAttempted(before) ? (command.held?.partial ?? null) : null;
  if (partial !== null) commit('agent', partial);
  const { lastUserSeq } = session;
  const committed = commit(sender.type, message);
  if (isPartial) session.lastUserSeq = lastUserSeq;
  const { seq, insertedAtMs } = committed;
  clientMessageIds.add(sender.type, clientMessageId, { seq, messageId: message.id, insertedAtMs });
  if (sender.type === 'user') session.debounceMs = debounceMs;
  if (left !== null) internals.requests = { ...left, decidedSeq: isPartial ? 0 : seq };
  else if (sender.type === 'agent') {
    if (!isDecided(internals.requests))
      internals.requests = requestsOf(message) ?? internals.requests;
  } else
    internals.requests = isDecided(internals.requests)
      ? requestsAfterEvent(internals.requests, 'user-message', before, next)
      : null;
  if (changeDispatch(group, session, next)) effects.push(dispatchChanged(session));
  effects.push(changeInbox(session, !isContextChange(sender.type, message.kind)));
  return { reply: { type: 'appended', message: committed, duplicate: false }, effects };
}

/** What a user's message makes of the agent's work, or why it is refused. */
function workAfter(
  session: SessionRecord,
  { timeMs, debounceMs, whileAnswering, held }: AppendMessage,
): DispatchState | Extract<DispatchOutcome, { readonly refusal: unknown }> {
  const heldAnswer =
    held === null
      ? null
      : { epoch: held.epoch, attempt: held.attempt, hasContent: held.partial !== null };
  const event = {
    type: 'user-message',
    timeMs,
    debounceMs,
    whileAnswering,
    held: heldAnswer,
  } as const;
  const outcome = outcomeOf(session, event);
  return 'next' in outcome ? outcome.next : outcome;
}

function isAttempted(dispatch: DispatchState): boolean {
  return dispatch.status === 'running' || (dispatch.status === 'waiting' && dispatch.attempt > 0);
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
