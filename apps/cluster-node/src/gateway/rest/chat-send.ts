import type { ChatRequest, RestErrorOf } from '@fleetlm/protocol';
import { answeredParts, newToolAnswers } from '@fleetlm/protocol/thread';
import { chunksOfParts } from '@fleetlm/protocol/ui-stream';
import type { Runtime, SessionEvent, SessionView } from '../../runtime/runtime-api.ts';
import { hidden, visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import type { Refusals } from '../refusals.ts';
import { chatEntryOf } from './chat-entry.ts';
import { chatThread, type ThreadMessage, type ThreadRefusals } from './chat-thread.ts';

/** Messages behind the person's own among which its answer is looked for. */
const ANSWER_WITHIN = 20;

/** Errors of what is sent in a chat. */
export type ChatRefusals = Refusals<RestErrorOf<'chat'>>;

/** What became of a message that was sent. */
interface Sent {
  /** The work that will answer. */
  readonly epoch: number;
  /** See `FollowOptions`. */
  readonly retold: number;
  /** What has already become of it. */
  readonly known: readonly SessionEvent[];
}

/** What was sent, after the conversation as the log has it. Throws a RequestError. */
export type SentChat = (thread: readonly ThreadMessage[]) => ChatRequest;

/** Appends what was sent. A request that comes twice finds what the first one did. */
export async function sendChat(
  runtime: Runtime,
  identity: Identity,
  session: SessionView,
  sent: SentChat,
  refusals: ChatRefusals,
): Promise<Sent> {
  const { value } = refusals;
  const thread = await chatThread(runtime, session, refusals);
  const body = sent(thread.messages);
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
function retoldOf({ messages, trigger }: ChatRequest, thread: readonly ThreadMessage[]): number {
  const newest = messages.at(-1);
  if (trigger === 'regenerate-message' || newest?.role !== 'assistant') return 0;
  const own = thread.findLast(({ id }) => id === newest.id);
  const answers = own === undefined ? null : newToolAnswers(own.parts, newest.parts);
  if (own === undefined || answers === null) return 0;
  return chunksOfParts(answeredParts(own.parts, answers)).length;
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
