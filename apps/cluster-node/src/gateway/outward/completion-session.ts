import {
  COMPLETION_SESSION_HEADER,
  invalidField,
  isSessionId,
  type RestErrorOf,
} from '@fleetlm/protocol';
import type { Runtime, SessionView } from '../../runtime/runtime-api.ts';
import { knownAgent, noSession, requireSelf, visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import type { Refusals } from '../refusals.ts';
import { derivedSessionId } from '../rest/chat-session.ts';
import { callerOf } from '../rest/idempotent-creation.ts';

type CompletionRefusals = Refusals<RestErrorOf<'createCompletion'>>;

/** What a request says of the conversation that it belongs to. */
export interface CompletionPlace {
  readonly agentId: string;
  /** `user` of the body. */
  readonly user: string | null;
  /** The header; null: there is none. */
  readonly name: string | null;
  readonly idempotencyKey: string | null;
  /** Other messages of the conversation were sent along. */
  readonly hasHistory: boolean;
}

/** The session of a completion, begun when it is a new one. Throws a RequestError. */
export async function completionSession(
  runtime: Runtime,
  identity: Identity,
  place: CompletionPlace,
  mayCreate: () => void,
  refusals: CompletionRefusals,
): Promise<SessionView> {
  const { agentId, name, idempotencyKey, hasHistory } = place;
  const { value, refuse } = refusals;
  await knownAgent(runtime, agentId, refusals);
  const userId = userOf(identity, place, refusals);
  if (name !== null && isSessionId(name)) {
    const session = await visibleSession(runtime, identity, name, refusals);
    // The API key sees every session: the user that it names is to be its own.
    if (session.userId !== userId) throw refuse(noSession(name));
    return ofAgent(session, agentId, refusals);
  }
  if (name === null && hasHistory)
    throw refuse(
      invalidField(
        COMPLETION_SESSION_HEADER,
        'is required for an existing conversation: its history is kept here',
      ),
    );
  const input = { userId, agentId, metadata: name === null ? {} : { chat_id: name } };
  const id = derivedId(runtime, identity, userId, name, idempotencyKey);
  if (id !== null) {
    const known = await runtime.getSession(id);
    if (known.ok) return ofAgent(known.value, agentId, refusals);
  }
  mayCreate();
  return value(
    await runtime.createSession({ ...input, ...(id === null ? {} : { sessionId: id }) }),
  );
}

/** Null: whatever is sent begins another conversation. */
function derivedId(
  runtime: Runtime,
  identity: Identity,
  userId: string,
  name: string | null,
  key: string | null,
): string | null {
  const group = runtime.groupOfUser(userId);
  // As `POST /api/chat` has it: one name is one conversation, by either route.
  if (name !== null) return derivedSessionId(group, [userId, name]);
  return key === null
    ? null
    : derivedSessionId(group, ['completion', callerOf(identity), userId, key]);
}

function userOf(
  identity: Identity,
  { user }: CompletionPlace,
  { refuse }: CompletionRefusals,
): string {
  if (user !== null) requireSelf(identity, user);
  const userId = identity.type === 'user' ? identity.userId : user;
  if (userId !== null) return userId;
  throw refuse(invalidField('user', 'is required with the API key: whose conversation it is'));
}

function ofAgent(
  session: SessionView,
  agentId: string,
  { refuse }: CompletionRefusals,
): SessionView {
  if (session.agentId === agentId) return session;
  throw refuse({ code: 'conflict', detail: `that conversation is with "${session.agentId}"` });
}
