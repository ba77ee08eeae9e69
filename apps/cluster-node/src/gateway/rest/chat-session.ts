import { createHash } from 'node:crypto';
import {
  type ChatRequest,
  formatSessionId,
  invalidField,
  isSessionId,
  type RestErrorOf,
} from '@fleetlm/protocol';
import type { Runtime, SessionView } from '../../runtime/runtime-api.ts';
import { visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import type { Refusals } from '../refusals.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_LENGTH = 26;

/** The session of a chat, begun when it is a new one that names its agent. Throws a RequestError. */
export async function chatSession(
  runtime: Runtime,
  identity: Identity,
  { id, agent_id }: Pick<ChatRequest, 'id' | 'agent_id'>,
  mayCreate: () => void,
  refusals: Refusals<RestErrorOf<'chat'>>,
): Promise<SessionView> {
  if (isSessionId(id) || agent_id === undefined)
    return visibleSession(
      runtime,
      identity,
      chatSessionId(runtime, identity, id, refusals),
      refusals,
    );
  const userId = ownerOf(identity, refusals);
  const sessionId = chatSessionId(runtime, identity, id, refusals);
  // Every message of a chat names its agent: only the first one creates anything.
  const known = await runtime.getSession(sessionId);
  if (known.ok && known.value.agentId === agent_id) return known.value;
  mayCreate();
  return refusals.value(
    await runtime.createSession({
      sessionId,
      userId,
      agentId: agent_id,
      metadata: { chat_id: id },
    }),
  );
}

/** A browser makes its own ids: each names one session of its user, the same through every node and after every restart. */
export function chatSessionId(
  runtime: Runtime,
  identity: Identity,
  id: string,
  refusals: Refusals<'invalid_request'>,
): string {
  if (isSessionId(id)) return id;
  const userId = ownerOf(identity, refusals);
  return derivedSessionId(runtime.groupOfUser(userId), [userId, id]);
}

/** The same id for the same parts, on every node. */
export function derivedSessionId(group: number, parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  const letters = Array.from(digest.subarray(0, ULID_LENGTH), (byte, at) =>
    CROCKFORD.charAt(at === 0 ? byte & 7 : byte & 31),
  );
  return formatSessionId(group, letters.join(''));
}

function ownerOf(identity: Identity, { refuse }: Refusals<'invalid_request'>): string {
  if (identity.type === 'user') return identity.userId;
  throw refuse(
    invalidField(
      'id',
      'must be a session id',
      'with the API key a chat is named by its session id',
    ),
  );
}
