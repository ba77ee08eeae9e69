import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { PostMessage, RestErrorOf } from '@fleetlm/protocol';
import type { AgentRecord, Message, Runtime, SessionView } from '../../runtime/runtime-api.ts';
import type { Identity } from '../access/identity.ts';
import { IDEMPOTENCY_KEPT_MS } from '../limits.ts';
import type { Refusals } from '../refusals.ts';
import { agentBody, messageBody, sessionBody } from '../wire.ts';
import { derivedSessionId } from './chat-session.ts';

/*
 * A key of the caller stands for what was made of it. Nothing is stored for that: the id of what is created is derived from the
 * key, so every node finds it, also after a restart, and the state machine creates it once.
 */

/** Says that an answer is the one that was given first. */
export const REPLAYED_HEADER = 'idempotency-replayed';

const OTHER_BODY = 'the Idempotency-Key was used for another request';

interface Creation {
  readonly userId: string;
  readonly agentId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface SessionCreation extends Creation, Refusals<RestErrorOf<'createSession'>> {
  readonly identity: Identity;
  readonly key: string;
  readonly nowMs: number;
  /** Throws when the caller may create none now. */
  readonly mayCreate: () => void;
}

/** The session that a key stands for, created when there is none yet. */
export async function createSessionOnce(
  runtime: Pick<Runtime, 'getSession' | 'createSession' | 'groupOfUser'>,
  creation: SessionCreation,
): Promise<{ readonly session: ReturnType<typeof sessionBody>; readonly isReplayed: boolean }> {
  const { identity, key, nowMs, userId, agentId, metadata, mayCreate, value, refuse } = creation;
  // A key is free again after a period; so a session is named by the period, too, and may be of the one before.
  const period = Math.floor(nowMs / IDEMPOTENCY_KEPT_MS);
  const idIn = (at: number): string =>
    derivedSessionId(runtime.groupOfUser(userId), ['key', callerOf(identity), userId, key, at]);
  for (const sessionId of [idIn(period - 1), idIn(period)]) {
    const known = await runtime.getSession(sessionId);
    if (!known.ok) {
      const { code, ...details } = known.error;
      if (code === 'not_found') continue;
      throw refuse({ ...details, code });
    }
    if (nowMs - known.value.insertedAtMs >= IDEMPOTENCY_KEPT_MS) continue;
    if (!isOf(known.value, creation)) throw refuse({ code: 'conflict', detail: OTHER_BODY });
    return { session: firstAnswer(known.value, metadata), isReplayed: true };
  }
  mayCreate();
  const input = { sessionId: idIn(period), userId, agentId, metadata };
  return { session: sessionBody(value(await runtime.createSession(input))), isReplayed: false };
}

/** Metadata may have been replaced since, and then no longer says what it was created with. */
function isOf(session: SessionView, { agentId, metadata }: Creation): boolean {
  if (session.agentId !== agentId) return false;
  return session.version > 1 || isDeepStrictEqual(sessionBody(session).metadata, metadata);
}

/** As it was when it was created. */
function firstAnswer(session: SessionView, metadata: Creation['metadata']) {
  const body = sessionBody(session);
  return {
    ...body,
    status: 'active' as const,
    metadata,
    last_seq: 0,
    last_read_seq: 0,
    updated_at: body.inserted_at,
  };
}

interface AgentCreation extends Refusals<RestErrorOf<'createAgent'>> {
  readonly identity: Identity;
  readonly key: string;
  readonly nowMs: number;
  /** Without a signing secret one is derived from the key. */
  readonly draft: (secret: string) => AgentRecord;
  readonly secret: string | null;
}

/** The agent that a key stands for, registered when there is none yet. It is known by its signing secret. */
export async function createAgentOnce(
  runtime: Pick<
    Runtime,
    'createAgent' | 'catchUpAgents' | 'getAgent' | 'signingSecretOf' | 'hasSigningSecret'
  >,
  { identity, key, nowMs, draft, secret: given, value, refuse }: AgentCreation,
): Promise<{ readonly agent: AgentRecord; readonly isReplayed: boolean }> {
  const secret = given ?? runtime.signingSecretOf([callerOf(identity), key]);
  const agent = draft(secret);
  const created = await runtime.createAgent(agent);
  if (created.ok) return { agent, isReplayed: false };
  if (created.error.code !== 'conflict') value(created);
  value(await runtime.catchUpAgents());
  const known = runtime.getAgent(agent.id);
  const isOfKey =
    known !== null &&
    nowMs - known.insertedAtMs < IDEMPOTENCY_KEPT_MS &&
    runtime.hasSigningSecret(known, secret);
  if (!isOfKey) return { agent: value(created), isReplayed: false };
  const first = { ...agent, insertedAtMs: known.insertedAtMs, updatedAtMs: known.insertedAtMs };
  // Settings that were changed since no longer say what it was registered with.
  const isUnchanged = known.updatedAtMs === known.insertedAtMs;
  if (isUnchanged && !isDeepStrictEqual(agentBody(known), agentBody(first)))
    throw refuse({ code: 'conflict', detail: OTHER_BODY });
  return { agent: first, isReplayed: true };
}

/** The client message id that a key stands for in a session. */
export function messageIdOfKey(identity: Identity, key: string): string {
  const digest = createHash('sha256').update(JSON.stringify([callerOf(identity), key]));
  return `key-${digest.digest('base64url')}`;
}

/** Throws a conflict when the message that the key stands for was made of another body. */
export function requireSameMessage(
  { kind, content, metadata }: Pick<PostMessage, 'kind' | 'content' | 'metadata'>,
  first: Message,
  { refuse }: Refusals<'conflict'>,
): void {
  const stored = messageBody(first);
  const isSame =
    stored.kind === kind &&
    isDeepStrictEqual(stored.content, content) &&
    isDeepStrictEqual(stored.metadata, metadata);
  if (!isSame) throw refuse({ code: 'conflict', detail: OTHER_BODY });
}

/** Who uses a key: it is the caller's own. */
export function callerOf(identity: Identity): string {
  return identity.type === 'user' ? `user ${identity.userId}` : identity.type;
}
