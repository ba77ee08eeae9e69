import { SDK_VERSION_HEADER } from '@fleetlm/protocol';
import { chunksOfParts, SDK_VERSION_DEFAULT, type SdkVersion } from '@fleetlm/protocol/ui-stream';
import type { Runtime, SessionView } from '../../runtime/runtime-api.ts';
import { visibleSession } from '../access/access.ts';
import type { Quotas } from '../access/quotas.ts';
import { type AnswerStreams, SESSION_HEADER } from '../answer-streams.ts';
import { uiMessageStream } from '../event-stream.ts';
import { ReplyFollower } from '../reply-follower.ts';
import { sendChat } from './chat-send.ts';
import { chatSession, chatSessionId } from './chat-session.ts';
import { chatThread, type ThreadRefusals } from './chat-thread.ts';
import { type Handlers, STREAMED } from './rest-call.ts';

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
        const format = uiMessageStream(reader);
        streams.open(reply, listening, follower, { format, first: follower.begin(answer) });
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
        const sent = await sendChat(runtime, identity, session, () => body, call);
        const follower = new ReplyFollower(sent.epoch, {
          canReset: canReset(reader),
          retold: sent.retold,
        });
        const answerHeaders = { [SESSION_HEADER]: session.id };
        streams.open(reply, listening, follower, {
          format: uiMessageStream(reader),
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
        const format = uiMessageStream(reader);
        streams.open(reply, listening, follower, { format, first, headers });
      } catch (error) {
        listening.close();
        throw error;
      }
      return STREAMED;
    },
  } satisfies Partial<Handlers>;
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

/** `reset-step` is known from 7.0.70 on. */
function canReset({ major, minor, patch }: SdkVersion): boolean {
  return major === 7 && (minor > 0 || patch >= 70);
}

/** From 7.0.62 and 6.0.250 on a resumed answer is read into an empty message; before, into the last one. */
function startsEmpty({ major, minor, patch }: SdkVersion): boolean {
  if (minor > 0) return major >= 6;
  return (major === 7 && patch >= 62) || (major === 6 && patch >= 250);
}
