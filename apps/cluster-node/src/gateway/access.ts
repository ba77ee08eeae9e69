import { groupOfSession } from '@fleetlm/protocol';
import type { AgentRecord, Runtime, SessionView } from '../runtime/runtime-api.ts';
import { type Identity, isOperator } from './identity.ts';
import { RequestError, valueOrThrow } from './request-error.ts';

/** A user acts only for itself; the API key for everybody. */
export function requireSelf(identity: Identity, userId: string): void {
  if (identity.type === 'user' && identity.userId !== userId)
    throw new RequestError('forbidden', 'a user acts only for itself');
}

export function requireOperator(identity: Identity): void {
  if (!isOperator(identity))
    throw new RequestError('forbidden', 'this takes the API key or the role "admin"');
}

/** Another user's session looks like none at all. */
export function isVisible(identity: Identity, session: SessionView): boolean {
  return identity.type === 'api-key' || session.userId === identity.userId;
}

/** Linearizable. Throws not_found for a session that is not there, or not theirs. */
export async function visibleSession(
  runtime: Runtime,
  identity: Identity,
  sessionId: string,
): Promise<SessionView> {
  const session = valueOrThrow(await runtime.getSession(sessionIdOf(sessionId)));
  if (!isVisible(identity, session)) throw noSession(sessionId);
  return session;
}

/** A path parameter; what is no session id names no session. */
export function sessionIdOf(text: string): string {
  if (groupOfSession(text) === null) throw noSession(text);
  return text;
}

export function noSession(sessionId: string): RequestError {
  return new RequestError('not_found', `there is no session ${sessionId}`);
}

/** Throws a refusal; "not yours" becomes "not there" for a user, who is not to know that it exists. */
export function valueForUser<T>(
  identity: Identity,
  sessionId: string,
  result: Parameters<typeof valueOrThrow<T>>[0],
): T {
  if (result.ok) return result.value;
  if (result.error.code === 'forbidden' && identity.type === 'user') throw noSession(sessionId);
  throw new RequestError(result.error);
}

/** Also one that was registered a moment ago through another node. Throws not_found. */
export async function knownAgent(runtime: Runtime, agentId: string): Promise<AgentRecord> {
  const known = runtime.getAgent(agentId);
  if (known !== null) return known;
  valueOrThrow(await runtime.catchUpAgents());
  const agent = runtime.getAgent(agentId);
  if (agent === null) throw new RequestError('not_found', `there is no agent "${agentId}"`);
  return agent;
}
