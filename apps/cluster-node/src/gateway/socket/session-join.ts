import {
  invalidField,
  type LiveAnswer as LiveAnswerBody,
  type SessionJoined,
  type SocketErrorOf,
} from '@fleetlm/protocol';
import { MESSAGE_ENVELOPE_BYTES_MAX } from '../../limits.ts';
import type { LiveAnswer, Message, Runtime, SessionEvent } from '../../runtime/runtime-api.ts';
import { visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import {
  JOIN_BYTES_MAX,
  JOIN_MESSAGES_MAX,
  JOIN_PENDING_BYTES_MAX,
  JOIN_PENDING_EVENTS_MAX,
} from '../limits.ts';
import { PendingEvents } from '../pending-events.ts';
import { type Refusals, whenLive } from '../refusals.ts';
import { messageBody, runState, sessionBody } from '../wire.ts';
import { sessionPacket } from './socket-rooms.ts';
import type { PacketTarget, UserSocket } from './socket-types.ts';

export interface Join {
  readonly socket: UserSocket;
  readonly room: string;
  readonly runtime: Runtime;
  readonly identity: Identity;
  readonly sessionId: string;
  /** The newest message that the client has. */
  readonly lastSeq: number;
}

type JoinError = SocketErrorOf<'session:join'>;

interface JoinCall extends Refusals<JoinError> {
  readonly ack: (answer: SessionJoined) => void;
}

/**
 * Brings a client up to date and then live, without a gap and without an event before its answer: events are
 * kept from before the reading begins; after the answer those that it does not cover follow, and in the same
 * turn the socket joins the room.
 */
export async function joinSession(join: Join, call: JoinCall): Promise<void> {
  const { ack } = call;
  const { socket, room, runtime, sessionId, lastSeq } = join;
  // The one who joins again is live already: its room goes on publishing to it.
  if (socket.rooms.has(room)) {
    ack(await answerOf(join, call));
    return;
  }
  const pending = new PendingEvents(JOIN_PENDING_EVENTS_MAX, JOIN_PENDING_BYTES_MAX);
  const subscription = runtime.subscribeSession(sessionId, pending.add);
  try {
    await whenLive(subscription, call);
    const answer = await answerOf(join, call);
    const coveredSeq = answer.messages.at(-1)?.seq ?? lastSeq;
    ack(answer);
    const target: PacketTarget = socket;
    for (const event of pending.events) {
      if (event.type === 'message' && event.message.seq <= coveredSeq) continue;
      if (event.type === 'chunk' && isCovered(event, answer.stream)) continue;
      target.emit(...sessionPacket(sessionId, event));
    }
    if (pending.isOver) socket.emit('resync', { reason: 'more happened than could be kept' });
    void socket.join(room);
  } finally {
    subscription.close();
  }
}

async function answerOf(
  { runtime, identity, sessionId, lastSeq }: Join,
  refusals: Refusals<JoinError>,
): Promise<SessionJoined> {
  const { value, refuse } = refusals;
  const session = await visibleSession(runtime, identity, sessionId, refusals);
  if (lastSeq > session.lastSeq)
    throw refuse(
      invalidField(
        'last_seq',
        `must be at most ${session.lastSeq}`,
        `last_seq is ${lastSeq}, but the newest message is ${session.lastSeq}`,
      ),
    );
  const range = { sessionId, afterSeq: lastSeq, limit: JOIN_MESSAGES_MAX };
  const page = value(await runtime.readMessages(range));
  const stream = value(await runtime.liveAnswer(sessionId));
  const messages = firstWithin(page.messages, JOIN_BYTES_MAX);
  return {
    ok: true,
    session: sessionBody(session),
    messages: messages.map(messageBody),
    last_seq: page.lastSeq,
    has_more: page.hasMore || messages.length < page.messages.length,
    agent: runState(session.dispatch),
    ...(stream === null ? {} : { stream: streamBody(stream) }),
  };
}

/** The first messages that come to at most `bytesMax`; at least one. */
export function firstWithin(messages: readonly Message[], bytesMax: number): readonly Message[] {
  let bytes = 0;
  const end = messages.findIndex(({ payload }, place) => {
    bytes += payload.length + MESSAGE_ENVELOPE_BYTES_MAX;
    return place > 0 && bytes > bytesMax;
  });
  return end < 0 ? messages : messages.slice(0, end);
}

export function streamBody({ epoch, attempt, chunks, nextIndex }: LiveAnswer): LiveAnswerBody {
  return { epoch, attempt, chunks: [...chunks], next_index: nextIndex };
}

/** Whether the answer so far has the chunk. */
export function isCovered(
  event: Extract<SessionEvent, { type: 'chunk' }>,
  stream: LiveAnswerBody | undefined,
): boolean {
  if (stream === undefined || event.epoch !== stream.epoch) return false;
  if (event.attempt !== stream.attempt) return event.attempt < stream.attempt;
  return event.index < stream.next_index;
}
