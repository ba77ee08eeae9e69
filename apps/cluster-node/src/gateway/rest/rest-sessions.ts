import { IDEMPOTENCY_HEADER } from '@fleetlm/protocol';
import type { Message, Runtime } from '../../runtime/runtime-api.ts';
import { forCaller } from '../access/access.ts';
import type { Quotas } from '../access/quotas.ts';
import type { Refusals } from '../refusals.ts';
import { foundMessage, messageBody, sessionBody, withContext } from '../wire.ts';
import {
  createSessionOnce,
  messageIdOfKey,
  REPLAYED_HEADER,
  requireSameMessage,
} from './idempotent-creation.ts';
import type { Handlers } from './rest-call.ts';

const ACCEPTED = { accepted: true } as const;

/** Conversations over REST. */
export function sessionHandlers(runtime: Runtime, quotas: Quotas, wallClockMs: () => number) {
  return {
    createSession: async ({ identity, userId, headers, body, reply, value, refuse }) => {
      const { agent_id, metadata } = body;
      const input = { userId, agentId: agent_id, metadata };
      const key = headers[IDEMPOTENCY_HEADER];
      const mayCreate = (): void => quotas.takeSession(identity);
      if (key === undefined) {
        mayCreate();
        return { session: sessionBody(value(await runtime.createSession(input))) };
      }
      const caller = { identity, key, nowMs: wallClockMs(), mayCreate, value, refuse };
      const { session, isReplayed } = await createSessionOnce(runtime, { ...input, ...caller });
      if (isReplayed) reply.header(REPLAYED_HEADER, 'true');
      return { session };
    },

    listSessions: async ({ userId, query, value }) => {
      const { limit, before } = query;
      const page = value(await runtime.listSessions({ userId, limit, before: before ?? null }));
      return { sessions: page.sessions.map(sessionBody), next: page.next };
    },

    getSession: ({ session }) => ({ session: sessionBody(session) }),

    updateSession: async ({ session, body, value }) => {
      const { status } = body;
      const metadata = body.metadata === undefined ? null : withContext(session, body.metadata);
      const update = { metadata, status: status ?? null };
      return { session: sessionBody(value(await runtime.updateSession(session.id, update))) };
    },

    archiveSession: async ({ session, value }) => {
      value(await runtime.archiveSession(session.id));
      return null;
    },

    eraseSession: async ({ session, value }) => {
      value(await runtime.eraseSession(session.id));
      return null;
    },

    markRead: async ({ identity, userId, params, body, value }) => {
      const input = { sessionId: params.id, userId, lastSeq: body.last_seq };
      const marked = forCaller(identity, params.id, await runtime.markRead(input));
      return { session: sessionBody(value(marked).session) };
    },

    postMessage: async ({ identity, sender, params, headers, body, reply, value, refuse }) => {
      if (sender.type === 'agent') quotas.takeAgentMessage(sender.id);
      const { kind, content, metadata, expected_seq: expectedSeq } = body;
      const key = headers[IDEMPOTENCY_HEADER];
      const clientMessageId =
        body.client_message_id ?? (key === undefined ? null : messageIdOfKey(identity, key));
      const message = { kind, content, metadata, clientMessageId, expectedSeq };
      const input = { sessionId: params.id, sender, ...message };
      const appended = value(forCaller(identity, params.id, await runtime.append(input)));
      const { seq, duplicate } = appended;
      const first = appended.message ?? (await readOne(runtime, params.id, seq, { value, refuse }));
      const isReplayed = duplicate && key !== undefined;
      if (isReplayed) {
        requireSameMessage(body, first, { value, refuse });
        reply.header(REPLAYED_HEADER, 'true');
      }
      // Under a key the first answer is given again, its status included.
      return {
        status: duplicate && !isReplayed ? 200 : 201,
        body: { message: messageBody(first) },
      };
    },

    readMessages: async ({ session, query, value }) => {
      const range =
        'before_seq' in query ? { beforeSeq: query.before_seq } : { afterSeq: query.after_seq };
      const page = value(
        await runtime.readMessages({ sessionId: session.id, ...range, limit: query.limit }),
      );
      return {
        messages: page.messages.map(messageBody),
        last_seq: page.lastSeq,
        has_more: page.hasMore,
      };
    },

    searchMessages: async ({ userId, query, value }) => {
      const { q, limit } = query;
      const found = value(await runtime.searchMessages({ userId, text: q, limit }));
      return { results: found.map(foundMessage) };
    },

    stopAnswer: async ({ session, value }) => {
      value(await runtime.stop(session.id));
      return ACCEPTED;
    },

    retryAnswer: async ({ session, value }) => {
      value(await runtime.retry(session.id));
      return ACCEPTED;
    },
  } satisfies Partial<Handlers>;
}

type SessionReadError =
  | 'not_found'
  | 'archive_unavailable'
  | 'no_quorum'
  | 'timeout'
  | 'overloaded'
  | 'internal';

/** The message that a client message id was first used for. */
async function readOne(
  runtime: Runtime,
  sessionId: string,
  seq: number,
  { value, refuse }: Refusals<SessionReadError>,
): Promise<Message> {
  const page = value(await runtime.readMessages({ sessionId, afterSeq: seq - 1, limit: 1 }));
  const message = page.messages[0];
  if (message === undefined)
    throw refuse({ code: 'internal', detail: `message ${seq} can't be read` });
  return message;
}
