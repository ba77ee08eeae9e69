import type { GroupRecord } from '../group-record.ts';
import type { DispatchEvent } from '../session/dispatch-table.ts';
import { SessionRecord } from '../session/session-record.ts';
import { requestsAfterEvent, requestsOf } from '../session/tool-requests.ts';
import {
  changeDispatch,
  changeInbox,
  commitMessage,
  dispatchChanged,
  outcomeOf,
} from './change-session.ts';
import type { NewMessage } from './commands.ts';
import { noSuchSession, refuse } from './refuse.ts';
import type { Applied, Effect } from './results.ts';

/**
 * Everything that happens to the agent's work beside messages of users: C42 to C54 of SPEC.md. `answer` is what
 * the agent streamed, whole or in part; it is committed exactly when the event is accepted.
 */
export function applyDispatchEvent(
  group: GroupRecord,
  { sessionId, timeMs }: { readonly sessionId: string; readonly timeMs: number },
  event: DispatchEvent,
  answer: NewMessage | null,
): Applied {
  const session = group.living(sessionId);
  if (session === undefined) return noSuchSession(group, sessionId);
  // Archiving ended all work; only a retry could begin some.
  if (session.status === 'archived' && event.type === 'retry')
    return refuse('session-archived', 'an archived session has no more answers');
  const outcome = outcomeOf(session, event);
  if ('refusal' in outcome) return refuse(outcome.refusal, outcome.detail);

  const effects: Effect[] = [];
  const internals = SessionRecord.internals(session);
  const before = session.dispatch;
  internals.requests = requestsAfterEvent(internals.requests, event.type, before, outcome.next);
  if (answer !== null) {
    commitMessage(group, session, 'agent', answer, timeMs, effects);
    internals.requests = requestsOf(answer) ?? internals.requests;
  }
  if (changeDispatch(group, session, outcome.next)) effects.push(dispatchChanged(session));
  effects.push(changeInbox(session, answer !== null));
  return { reply: { type: 'dispatch', dispatch: session.dispatch }, effects };
}
