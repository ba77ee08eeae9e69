import type { RestErrorOf } from '@fleetlm/protocol';
import type { FastifyRequest } from 'fastify';
import type { Runtime, SessionEvent, SessionView } from '../../runtime/runtime-api.ts';
import type { Identity } from '../access/identity.ts';
import type { AnswerStreams } from '../answer-streams.ts';
import type { Refusals } from '../refusals.ts';
import { ReplyFollower } from '../reply-follower.ts';
import { type SentChat, sendChat } from '../rest/chat-send.ts';
import type { Listening } from '../streams/session-listening.ts';

/** What conversations are served with. */
export interface OutwardPorts {
  readonly runtime: Runtime;
  readonly streams: AnswerStreams;
}

interface ChatCall extends Refusals<RestErrorOf<'chat'>> {
  readonly request: FastifyRequest;
  readonly identity: Identity;
}

/** A reply that is awaited. */
interface FollowedChat {
  readonly listening: Listening;
  readonly follower: ReplyFollower;
  readonly known: readonly SessionEvent[];
}

/** Appends what was sent and follows its reply, which is not taken back for its reader: what was shown stays. */
export async function followChat(
  { runtime, streams }: OutwardPorts,
  call: ChatCall,
  session: SessionView,
  sent: SentChat,
): Promise<FollowedChat> {
  const listening = await streams.listen(call, session.id);
  try {
    const { epoch, retold, known } = await sendChat(runtime, call.identity, session, sent, call);
    const follower = new ReplyFollower(epoch, { canReset: false, retold });
    return { listening, follower, known };
  } catch (error) {
    listening.close();
    throw error;
  }
}
