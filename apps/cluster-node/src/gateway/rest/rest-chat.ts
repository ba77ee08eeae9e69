import { type ChatRequest, type RestErrorOf, SDK_VERSION_HEADER } from '@fleetlm/protocol';
import { answeredParts, newToolAnswers } from '@fleetlm/protocol/thread';
import { chunksOfParts, SDK_VERSION_DEFAULT, type SdkVersion } from '@fleetlm/protocol/ui-stream';
import type { Runtime, SessionEvent, SessionView } from '../../runtime/runtime-api.ts';
import { hidden, visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import type { Quotas } from '../access/quotas.ts';
import { type AnswerStreams, SESSION_HEADER } from '../answer-streams.ts';
import type { Refusals } from '../refusals.ts';
import { ReplyFollower } from '../reply-follower.ts';
import { chatEntryOf } from './chat-entry.ts';
import { chatSession, chatSessionId } from './chat-session.ts';
import { chatThread, type ThreadRefusals } from './chat-thread.ts';
import { type Handlers, STREAMED } from './rest-call.ts';

/** Messages behind the user's own among which its answer is looked for. */
const ANSWER_WITHIN = 20;

/** Streams of answers, and what an unmodified `useChat` speaks: a message in, its answer out, resumable. */
export function chatHandlers(runtime: Runtime, streams: AnswerStreams, quotas: Quotas) {
  return {
    streamAnswer: async (call) => {
      const { reply, headers, session, value } = call;
      const listening = await streams.listen(call, session.id);
      try {
        const answer = value(await runtime.liveAnswer(session.id));
        if (answer === null) {
          listening.close();
          return { status: 204, body: null };
        }
        const reader = headers[SDK_VERSION_HEADER] ?? null;
        const follower = new ReplyFollower(answer.epoch, { canReset: true, retold: 0 });
        streams.open(reply, listening, follower, { reader, first: follower.begin(answer) });
      } catch (error) {
        listening.close();
        throw error;
      }
      return STREAMED;
    },

    chat: async (call) => {
      const { reply, identity, headers, body } = call;
      const reader = headers[SDK_VERSION_HEADER] ?? SDK_VERSION_DEFAULT;
      const mayCreate = (): void => quotas.takeSession(identity);
      const session = await chatSession(runtime, identity, body, mayCreate, call);
      const listening = await streams.listen(call, session.id);
      try {
        const sent = await send(runtime, identity, session, body, call);
        const follower = new ReplyFollower(sent.epoch, {
          canReset: canReset(reader),
          retold: sent.retold,
        });
        const answerHeaders = { [SESSION_HEADER]: session.id };
        streams.open(reply, listening, follower, {
          reader,
          headers: answerHeaders,
          known: sent.known,
        });
      } catch (error) {
        listening.close();
        throw error;
      }
      return STREAMED;
    },

    resumeChat: async (call) => {
      const { reply, identity, params, value } = call;
      const stated = call.headers[SDK_VERSION_HEADER];
      const reader = stated ?? SDK_VERSION_DEFAULT;
      const sessionId = chatSessionId(runtime, identity, params.id, call);
      const session = await visibleSession(runtime, identity, sessionId, call);
      const listening = await streams.listen(call, session.id);
      try {
        const answer = value(await runtime.liveAnswer(session.id));
        if (answer === null) {
          listening.close();
          return { status: 204, body: null };
        }
        // Who says nothing gets everything: a double that a reload takes away, rather than a stream that can't be read.
        const isWhole = stated === undefined || startsEmpty(stated);
        const retold = isWhole ? 0 : await retoldChunks(runtime, session, call);
        const follower = new ReplyFollower(answer.epoch, { canReset: canReset(reader), retold });
        const first = follower.begin(answer);
        const headers = { [SESSION_HEADER]: session.id };
        streams.open(reply, listening, follower, { reader, first, headers });
      } catch (error) {
        listening.close();
        throw error;
      }
      return STREAMED;
    },
  } satisfies Partial<Handlers>;
}

/** Errors of what a message of `useChat` comes to. */
type ChatRefusals = Refusals<RestErrorOf<'chat'>>;

interface Sent {
  /** The work that will answer. */
  readonly epoch: number;
  /** See `FollowOptions`. */
  readonly retold: number;
  /** What has already become of it. */
  readonly known: readonly SessionEvent[];
}

/** Appends what was sent. A request that comes twice finds what the first one did. */
async function send(
  runtime: Runtime,
  identity: Identity,
  session: SessionView,
  body: ChatRequest,
  refusals: ChatRefusals,
): Promise<Sent> {
  const { value } = refusals;
  const thread = await chatThread(runtime, session, refusals);
  const entry = chatEntryOf(body, thread.messages, refusals);
  if (entry === null) {
    if (session.dispatch.status === 'failed') value(await runtime.retry(session.id));
    const { dispatch } = await visibleSession(runtime, identity, session.id, refusals);
    return { epoch: dispatch.epoch, retold: 0, known: [{ type: 'status', dispatch }] };
  }
  const sender = { type: 'user', id: session.userId } as const;
  const appended = value(
    hidden(session.id, await runtime.append({ sessionId: session.id, sender, ...entry })),
  );
  const { dispatch } = await visibleSession(runtime, identity, session.id, refusals);
  const isLater = dispatch.status === 'running' && dispatch.throughSeq < appended.seq;
  const isOver = dispatch.status === 'idle' || dispatch.status === 'failed';
  return {
    epoch: isLater ? dispatch.epoch + 1 : dispatch.epoch,
    retold: retoldOf(body, thread.messages),
    known: isOver
      ? [
          ...(await answersAfter(runtime, session.id, appended.seq, refusals)),
          { type: 'status', dispatch },
        ]
      : [],
  };
}

/** The reader of a continued message has its parts already: as many chunks as they are sent in. */
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

async function retoldChunks(
  runtime: Runtime,
  session: SessionView,
  refusals: ThreadRefusals,
): Promise<number> {
  const { messages, isContinued } = await chatThread(runtime, session, refusals);
  const last = messages.at(-1);
  return isContinued && last?.role === 'assistant' ? chunksOfParts(last.parts).length : 0;
}

async function answersAfter(
  runtime: Runtime,
  sessionId: string,
  afterSeq: number,
  { value }: ThreadRefusals,
): Promise<readonly SessionEvent[]> {
  const page = value(await runtime.readMessages({ sessionId, afterSeq, limit: ANSWER_WITHIN }));
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
