import type { DispatchState, Message } from '@fleetlm/conversation';
import type { LiveChunk } from '../dispatch/dispatch-api.ts';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';
import type { InboxSink, SessionEvent, SessionSink, Subscription } from './feed-events.ts';
import { InboxFeed, type InboxFeedPorts } from './inbox-feed.ts';
import type { LiveAnswer } from './live-answer.ts';
import { LiveAnswers, type LiveAnswersPorts } from './live-answers.ts';
import { SinkRooms } from './sink-rooms.ts';

export interface FeedPorts
  extends InboxFeedPorts,
    Pick<LiveAnswersPorts, 'dispatchOf' | 'fetch' | 'noted'> {
  /** To all other nodes; those that are not connected miss it and ask for what they lack. */
  readonly castChunk: (frame: Uint8Array) => void;
  readonly monotonicMs: () => number;
}

/** From committed commands and live chunks to the subscribers on this node. */
export class Feed {
  readonly #ports: FeedPorts;
  readonly #sessions: SinkRooms<SessionEvent>;
  readonly #inboxes: InboxFeed;
  readonly #answers: LiveAnswers;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#sessions = new SinkRooms(ports.onError);
    this.#inboxes = new InboxFeed(ports);
    this.#answers = new LiveAnswers({
      dispatchOf: ports.dispatchOf,
      fetch: ports.fetch,
      noted: ports.noted,
      monotonicMs: ports.monotonicMs,
      deliver: ({ sessionId, epoch, attempt, index, chunk }) =>
        this.#sessions.publish(sessionId, { type: 'chunk', epoch, attempt, index, chunk }),
      lost: (sessionId) =>
        this.#sessions.publish(sessionId, { type: 'resync', reason: 'chunks were lost' }),
    });
  }

  subscribeSession(sessionId: string, sink: SessionSink): Subscription {
    return this.#sessions.subscribe(sessionId, sink);
  }

  subscribeInbox(userId: string, sink: InboxSink): Subscription {
    return this.#inboxes.subscribe(userId, sink);
  }

  messageCommitted(message: Message): void {
    this.#sessions.publish(message.sessionId, { type: 'message', message });
  }

  dispatchChanged(sessionId: string, dispatch: DispatchState): void {
    this.#answers.moved(sessionId, dispatch);
    this.#sessions.publish(sessionId, { type: 'status', dispatch });
  }

  readMoved(sessionId: string, lastReadSeq: number): void {
    this.#sessions.publish(sessionId, { type: 'read', lastReadSeq });
  }

  inboxChanged(userId: string): void {
    this.#inboxes.changed(userId);
  }

  /** A chunk of an answer that this node streams. */
  publishChunk(live: LiveChunk): void {
    const frame = encodeChunk(live);
    this.#answers.accept(live, frame.length);
    this.#ports.castChunk(frame);
  }

  /** A chunk from another node. False: not understood. */
  receiveChunk(frame: Uint8Array): boolean {
    const live = decodeChunk(frame);
    if (live === null) return false;
    this.#answers.accept(live, frame.length);
    return true;
  }

  /** The answer in progress from its first chunk. */
  liveAnswer(sessionId: string): Promise<LiveAnswer | null> {
    return this.#answers.read(sessionId);
  }

  /** A replica of this node took a snapshot over: its subscribers have missed what was in it. */
  resync(
    concerns: {
      readonly session: (sessionId: string) => boolean;
      readonly user: (userId: string) => boolean;
    },
    reason: string,
  ): void {
    for (const sessionId of [...this.#sessions.keys()])
      if (concerns.session(sessionId))
        this.#sessions.publish(sessionId, { type: 'resync', reason });
    this.#inboxes.resync(concerns.user, reason);
  }

  get stats(): {
    readonly sessionsSubscribed: number;
    readonly liveAnswers: number;
    readonly liveAnswerBytes: number;
  } {
    return {
      sessionsSubscribed: this.#sessions.size,
      liveAnswers: this.#answers.size,
      liveAnswerBytes: this.#answers.bytes,
    };
  }
}
