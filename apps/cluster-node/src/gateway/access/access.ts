import { type ErrorCode, type Failure, groupOfSession } from '@fleetlm/protocol';
import type { AgentRecord, Result, Runtime, SessionView } from '../../runtime/runtime-api.ts';
import type { Refusals } from '../refusals.ts';
import { RequestError } from '../request-error.ts';
import { type Identity, isOperator } from './identity.ts';

/** A user acts only for itself; the API key for all. */
export function requireSelf(identity: Identity, userId: string): void {
  if (identity.type === 'user' && identity.userId !== userId)
    throw new RequestError('forbidden', 'a user acts only for itself');
}

export function requireOperator(identity: Identity): void {
  if (!isOperator(identity))
    throw new RequestError('forbidden', 'the API key or the role "admin" is required');
}

/** Another user's session looks like none at all. */
export function isVisible(identity: Identity, session: SessionView): boolean {
  return identity.type === 'api-key' || session.userId === identity.userId;
}

/** Errors of reading a session. */
type Unreadable = 'not_found' | 'no_quorum' | 'timeout' | 'overloaded' | 'internal';

/** Linearizable. Throws not_found for a session that is not there, or not theirs. */
export async function visibleSession(
  runtime: Pick<Runtime, 'getSession'>,
  identity: Identity,
  sessionId: string,
  { value, refuse }: Refusals<Unreadable>,
): Promise<SessionView> {
  if (groupOfSession(sessionId) === null) throw refuse(noSession(sessionId));
  const session = value(await runtime.getSession(sessionId));
  if (!isVisible(identity, session)) throw refuse(noSession(sessionId));
  return session;
}

export function noSession(sessionId: string): Failure<'not_found'> {
  return { code: 'not_found', detail: `there is no session ${sessionId}` };
}

/** "Not yours" becomes "not there". */
export function hidden<T, C extends ErrorCode>(
  sessionId: string,
  result: Result<T, C>,
): Result<T, Exclude<C, 'forbidden'> | 'not_found'>;
export function hidden<T>(sessionId: string, result: Result<T>): Result<T> {
  return !result.ok && result.error.code === 'forbidden'
    ? { ok: false, error: noSession(sessionId) }
    : result;
}

/** The same for a user, who is not to know that it exists; not for the API key. */
export function forCaller<T, C extends ErrorCode>(
  identity: Identity,
  sessionId: string,
  result: Result<T, C>,
) {
  return identity.type === 'user' ? hidden(sessionId, result) : result;
}

/** Also one that was registered a moment ago through another node. Throws not_found. */
export async function knownAgent(
  runtime: Pick<Runtime, 'getAgent' | 'catchUpAgents'>,
  agentId: string,
  { value, refuse }: Refusals<'not_found' | 'no_quorum'>,
): Promise<AgentRecord> {
  const known = runtime.getAgent(agentId);
  if (known !== null) return known;
  value(await runtime.catchUpAgents());
  const agent = runtime.getAgent(agentId);
  if (agent === null) throw refuse({ code: 'not_found', detail: `there is no agent "${agentId}"` });
  return agent;
}
