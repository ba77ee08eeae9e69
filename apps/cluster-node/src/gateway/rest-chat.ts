import { CHAT_BODY_BYTES_MAX, type ChatRequest, chatRequestSchema, parse } from '@fleetlm/protocol';
import { answeredParts, newToolAnswers } from '@fleetlm/protocol/thread';
import { chunksOfParts, SDK_VERSION_DEFAULT, type SdkVersion } from '@fleetlm/protocol/ui-stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Runtime, SessionEvent, SessionView } from '../runtime/runtime-api.ts';
import { visibleSession } from './access.ts';
import { type AnswerStreams, readerVersion, SESSION_HEADER } from './answer-streams.ts';
import { chatEntryOf } from './chat-entry.ts';
import { chatSession, chatSessionId } from './chat-session.ts';
import { chatThread } from './chat-thread.ts';
import type { Identity } from './identity.ts';
import type { Quotas } from './quotas.ts';
import { ReplyFollower } from './reply-follower.ts';
import { parsedOf, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';

/** Messages behind the person's own among which its answer is looked for. */
const ANSWER_WITHIN = 20;

/** What an unmodified `useChat` speaks: a message in, its answer out as a UI message stream, resumable. */
export function addChatRoutes(
  app: FastifyInstance,
  runtime: Runtime,
  streams: AnswerStreams,
  quotas: Quotas,
): void {
  app.post('/api/chat', { bodyLimit: CHAT_BODY_BYTES_MAX }, async (request, reply) => {
    const reader = readerVersion(request) ?? SDK_VERSION_DEFAULT;
    const body = parsedOf(parse(chatRequestSchema, request.body));
    const identity = identityOf(request);
    const session = await chatSession(runtime, identity, body, () => quotas.takeSession(identity));
    const listening = await streams.listen(request, session.id);
    try {
      const sent = await send(runtime, identity, session, body);
      const follower = new ReplyFollower(sent.epoch, {
        canReset: canReset(reader),
        retold: sent.retold,
      });
      const headers = { [SESSION_HEADER]: session.id };
      streams.open(reply, listening, follower, { reader, headers, known: sent.known });
    } catch (error) {
      listening.close();
      throw error;
    }
    return reply;
  });

  app.get(
    '/api/chat/:id/stream',
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const stated = readerVersion(request);
      const reader = stated ?? SDK_VERSION_DEFAULT;
      const identity = identityOf(request);
      const sessionId = chatSessionId(runtime, identity, request.params.id);
      const session = await visibleSession(runtime, identity, sessionId);
      const listening = await streams.listen(request, session.id);
      try {
        const answer = valueOrThrow(await runtime.liveAnswer(session.id));
        if (answer === null) {
          listening.close();
          return reply.status(204).send();
        }
        // Who says nothing gets everything: a double that a reload takes away, rather than a stream that can't be read.
        const isWhole = stated === null || startsEmpty(stated);
        const retold = isWhole ? 0 : await retoldChunks(runtime, session);
        const follower = new ReplyFollower(answer.epoch, { canReset: canReset(reader), retold });
        const first = follower.begin(answer);
        const headers = { [SESSION_HEADER]: session.id };
        streams.open(reply, listening, follower, { reader, first, headers });
      } catch (error) {
        listening.close();
        throw error;
      }
      return reply;
    },
  );
}

interface Sent {
  /** The work that will answer. */
  readonly epoch: number;
  /** See `FollowOptions`. */
  readonly retold: number;
  /** What has already become of it. */
  readonly known: readonly SessionEvent[];
}

/** Puts what was said into the log. A request that comes twice finds what the first one did. */
async function send(
  runtime: Runtime,
  identity: Identity,
  session: SessionView,
  body: ChatRequest,
): Promise<Sent> {
  const thread = await chatThread(runtime, session);
  const entry = chatEntryOf(body, thread.messages);
  if (entry === null) {
    if (session.dispatch.status === 'failed') valueOrThrow(await runtime.retry(session.id));
    const { dispatch } = await visibleSession(runtime, identity, session.id);
    return { epoch: dispatch.epoch, retold: 0, known: [{ type: 'status', dispatch }] };
  }
  const sender = { type: 'user', id: session.userId } as const;
  const appended = valueOrThrow(await runtime.append({ sessionId: session.id, sender, ...entry }));
  const { dispatch } = await visibleSession(runtime, identity, session.id);
  const isLater = dispatch.status === 'running' && dispatch.throughSeq < appended.seq;
  const isOver = dispatch.status === 'idle' || dispatch.status === 'failed';
  return {
    epoch: isLater ? dispatch.epoch + 1 : dispatch.epoch,
    retold: retoldOf(body, thread.messages),
    known: isOver
      ? [...(await answersAfter(runtime, session.id, appended.seq)), { type: 'status', dispatch }]
      : [],
  };
}

/** The reader of a continued message has its parts already: as many chunks as they are told in. */
function retoldOf(
  { messages, trigger }: ChatRequest,
  thread: Awaited<ReturnType<typeof chatThread>>['messages'],
): number {
  const newest = messages.at(-1);
  if (trigger === 'regenerate-message' || newest?.role !== 'assistant') return 0;
  const own = thread.findLast(({ id }) => id === newest.id);
  const answers = own === undefined ? null : newToolAnswers(own.parts, newest.parts);
  if (own === undefined || answers === null) return 0;
  return chunksOfParts(answeredParts(own.parts, answers)).length;
}

async function retoldChunks(runtime: Runtime, session: SessionView): Promise<number> {
  const { messages, goesOn } = await chatThread(runtime, session);
  const last = messages.at(-1);
  return goesOn && last?.role === 'assistant' ? chunksOfParts(last.parts).length : 0;
}

async function answersAfter(
  runtime: Runtime,
  sessionId: string,
  afterSeq: number,
): Promise<readonly SessionEvent[]> {
  const page = valueOrThrow(
    await runtime.readMessages({ sessionId, afterSeq, limit: ANSWER_WITHIN }),
  );
  return page.messages.map((message) => ({ type: 'message', message }));
}

/** `reset-step` is known from 7.0.70 on. */
function canReset({ major, minor, patch }: SdkVersion): boolean {
  return major === 7 && (minor > 0 || patch >= 70);
}

/** From 7.0.62 and 6.0.250 on a resumed answer is read into an empty message; before, into the last one. */
function startsEmpty({ major, minor, patch }: SdkVersion): boolean {
  if (minor > 0) return major >= 6;
  return (major === 7 && patch >= 62) || (major === 6 && patch >= 250);
}
