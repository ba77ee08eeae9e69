import {
  createSessionSchema,
  invalidField,
  type MessageAnswer,
  type MessagesAnswer,
  markReadSchema,
  messagesQuerySchema,
  parse,
  postMessageSchema,
  type SearchAnswer,
  type SessionAnswer,
  type SessionsAnswer,
  searchQuerySchema,
  sessionsQuerySchema,
  updateSessionSchema,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Message, Runtime, Sender } from '../runtime/runtime-api.ts';
import { requireSelf, sessionIdOf, valueForUser, visibleSession } from './access.ts';
import type { Identity } from './identity.ts';
import type { Quotas } from './quotas.ts';
import { parsedOf, RequestError, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';
import { foundMessage, messageBody, sessionBody } from './wire.ts';

type SessionRequest = FastifyRequest<{ Params: { id: string } }>;

/** Conversations over REST. */
export function addSessionRoutes(app: FastifyInstance, runtime: Runtime, quotas: Quotas): void {
  app.post('/api/sessions', async (request, reply) => {
    const { user_id, agent_id, metadata } = parsedOf(parse(createSessionSchema, request.body));
    requireSelf(identityOf(request), user_id);
    quotas.takeSession(identityOf(request));
    const input = { userId: user_id, agentId: agent_id, metadata };
    const session = valueOrThrow(await runtime.createSession(input));
    const answer: SessionAnswer = { session: sessionBody(session) };
    return reply.status(201).send(answer);
  });

  app.get('/api/sessions', async (request) => {
    const { user_id, limit, before } = parsedOf(parse(sessionsQuerySchema, request.query));
    const userId = subjectOf(identityOf(request), user_id);
    const page = valueOrThrow(
      await runtime.listSessions({ userId, limit, before: before ?? null }),
    );
    const answer: SessionsAnswer = { sessions: page.sessions.map(sessionBody), next: page.next };
    return answer;
  });

  app.get('/api/sessions/:id', async (request: SessionRequest) => {
    const session = await visibleSession(runtime, identityOf(request), request.params.id);
    const answer: SessionAnswer = { session: sessionBody(session) };
    return answer;
  });

  app.patch('/api/sessions/:id', async (request: SessionRequest) => {
    const { metadata, status } = parsedOf(parse(updateSessionSchema, request.body));
    const { id } = await visibleSession(runtime, identityOf(request), request.params.id);
    const update = { metadata: metadata ?? null, status: status ?? null };
    const session = valueOrThrow(await runtime.updateSession(id, update));
    const answer: SessionAnswer = { session: sessionBody(session) };
    return answer;
  });

  app.get('/api/search', async (request) => {
    const { user_id, q, limit } = parsedOf(parse(searchQuerySchema, request.query));
    const userId = subjectOf(identityOf(request), user_id);
    const found = valueOrThrow(await runtime.searchMessages({ userId, text: q, limit }));
    const answer: SearchAnswer = { results: found.map(foundMessage) };
    return answer;
  });

  app.delete('/api/sessions/:id', async (request: SessionRequest, reply) => {
    const session = await visibleSession(runtime, identityOf(request), request.params.id);
    valueOrThrow(await runtime.archiveSession(session.id));
    return reply.status(204).send();
  });

  app.post('/api/sessions/:id/erase', async (request: SessionRequest, reply) => {
    const session = await visibleSession(runtime, identityOf(request), request.params.id);
    valueOrThrow(await runtime.eraseSession(session.id));
    return reply.status(204).send();
  });

  app.post('/api/sessions/:id/read', async (request: SessionRequest) => {
    const { user_id, last_seq } = parsedOf(parse(markReadSchema, request.body));
    const identity = identityOf(request);
    requireSelf(identity, user_id);
    const sessionId = sessionIdOf(request.params.id);
    const input = { sessionId, userId: user_id, lastSeq: last_seq };
    const { session } = valueForUser(identity, sessionId, await runtime.markRead(input));
    const answer: SessionAnswer = { session: sessionBody(session) };
    return answer;
  });

  app.post('/api/sessions/:id/stop', async (request: SessionRequest, reply) => {
    const session = await visibleSession(runtime, identityOf(request), request.params.id);
    valueOrThrow(await runtime.stop(session.id));
    return reply.status(202).send({ accepted: true });
  });

  app.post('/api/sessions/:id/retry', async (request: SessionRequest, reply) => {
    const session = await visibleSession(runtime, identityOf(request), request.params.id);
    valueOrThrow(await runtime.retry(session.id));
    return reply.status(202).send({ accepted: true });
  });

  addMessageRoutes(app, runtime, quotas);
}

function addMessageRoutes(app: FastifyInstance, runtime: Runtime, quotas: Quotas): void {
  app.post('/api/sessions/:id/messages', async (request: SessionRequest, reply) => {
    const identity = identityOf(request);
    const body = parsedOf(parse(postMessageSchema, request.body));
    const sessionId = sessionIdOf(request.params.id);
    const sender = senderOf(identity, body);
    if (sender.type === 'agent') quotas.takeAgentMessage(sender.id);
    const { kind, content, metadata } = body;
    const clientMessageId = body.client_message_id ?? null;
    const appended = valueForUser(
      identity,
      sessionId,
      await runtime.append({ sessionId, sender, kind, content, metadata, clientMessageId }),
    );
    const message = appended.message ?? (await readOne(runtime, sessionId, appended.seq));
    const answer: MessageAnswer = { message: messageBody(message) };
    return reply.status(appended.duplicate ? 200 : 201).send(answer);
  });

  app.get('/api/sessions/:id/messages', async (request: SessionRequest) => {
    const query = parsedOf(parse(messagesQuerySchema, request.query));
    const session = await visibleSession(runtime, identityOf(request), request.params.id);
    const { limit } = query;
    const page = valueOrThrow(
      await runtime.readMessages(
        'before_seq' in query
          ? { sessionId: session.id, beforeSeq: query.before_seq, limit }
          : { sessionId: session.id, afterSeq: query.after_seq, limit },
      ),
    );
    const answer: MessagesAnswer = {
      messages: page.messages.map(messageBody),
      last_seq: page.lastSeq,
      has_more: page.hasMore,
    };
    return answer;
  });
}

function senderOf(
  identity: Identity,
  body: { readonly user_id?: string | undefined; readonly agent_id?: string | undefined },
): Sender {
  if (body.user_id !== undefined) {
    requireSelf(identity, body.user_id);
    return { type: 'user', id: body.user_id };
  }
  if (identity.type === 'user' || body.agent_id === undefined)
    throw new RequestError('forbidden', 'a user does not speak for an agent');
  return { type: 'agent', id: body.agent_id };
}

/** Whose sessions are listed: a user's own, or those of whom the API key asks for. */
function subjectOf(identity: Identity, userId: string | undefined): string {
  if (userId !== undefined) {
    requireSelf(identity, userId);
    return userId;
  }
  if (identity.type === 'user') return identity.userId;
  throw new RequestError(invalidField('user_id', 'is required'));
}

/** The message that a client message id was first used for. */
async function readOne(runtime: Runtime, sessionId: string, seq: number): Promise<Message> {
  const page = valueOrThrow(await runtime.readMessages({ sessionId, afterSeq: seq - 1, limit: 1 }));
  const message = page.messages[0];
  if (message === undefined) throw new RequestError('internal', `message ${seq} can't be read`);
  return message;
}
