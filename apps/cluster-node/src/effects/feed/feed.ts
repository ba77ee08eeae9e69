import { type DispatchState, type Message, readMessages } from '@fleetlm/conversation';
import { PAGE_BYTES_MAX } from '@fleetlm/protocol';
import { MESSAGE_ENVELOPE_BYTES_MAX } from '../../limits.ts';
import type { LiveChunk } from '../dispatch/dispatch-api.ts';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';
import type { InboxSink, LiveSubscription, SessionEvent, SessionSink } from './feed-events.ts';
import { FeedServer, type FeedServerPorts } from './feed-server.ts';
import { decodeUnfollow, type Followed, type Topic } from './follow-codec.ts';
import { FollowedFeed, type FollowedFeedPorts, type TopicKey } from './followed-feed.ts';
import { InboxFeed, type InboxFeedPorts } from './inbox-feed.ts';
import type { LiveAnswer } from './live-answer.ts';
import { LiveAnswers, type LiveAnswersPorts } from './live-answers.ts';
import { SinkRooms } from './sink-rooms.ts';

/** A follower that lacks more than this begins afresh. */
const CATCH_UP_SIZE = {
  bytesMax: PAGE_BYTES_MAX,
  envelopeBytes: MESSAGE_ENVELOPE_BYTES_MAX,
} as const;

export interface FeedPorts
  extends InboxFeedPorts,
    Pick<LiveAnswersPorts, 'dispatchOf' | 'fetch' | 'checkpoint'>,
    Pick<FollowedFeedPorts, 'self' | 'holds' | 'groupOf' | 'follow' | 'unfollow'>,
    Pick<FeedServerPorts, 'session' | 'isConnected'> {
  /** To the other nodes that hold the session's group; one that is not connected asks for what it lacks. */
  readonly sendChunk: (sessionId: string, frame: Uint8Array) => void;
  /** An event for one node that follows; false: not sent. */
  readonly sendEvent: (nodeId: string, frame: Uint8Array) => boolean;
  /** The answer in progress as that node has it; null: none, or it can't be asked. */
  readonly fetchFrom: (nodeId: string, sessionId: string) => Promise<LiveAnswer | null>;
  readonly monotonicMs: () => number;
}

/**
 * From committed commands and live chunks to the subscribers on this node. Groups that this node holds speak for
 * themselves; others are followed at a node that holds them.
 */
export class Feed {
  readonly #ports: FeedPorts;
  readonly #sessions: SinkRooms<SessionEvent>;
  readonly #inboxes: InboxFeed;
  readonly #answers: LiveAnswers;
  readonly #followed: FollowedFeed;
  readonly #server: FeedServer;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#sessions = new SinkRooms(ports.onError);
    this.#inboxes = new InboxFeed(ports);
    this.#answers = new LiveAnswers({
      dispatchOf: ports.dispatchOf,
      fetch: ports.fetch,
      checkpoint: ports.checkpoint,
      monotonicMs: ports.monotonicMs,
      deliver: ({ sessionId, epoch, attempt, index, chunk }) =>
        this.#publish(sessionId, { type: 'chunk', epoch, attempt, index, chunk }),
      lost: (sessionId) => this.#publish(sessionId, { type: 'resync', reason: 'chunks were lost' }),
    });
    this.#followed = new FollowedFeed({
      self: ports.self,
      holds: ports.holds,
      groupOf: ports.groupOf,
      follow: ports.follow,
      unfollow: ports.unfollow,
      publishSession: (sessionId, event) => this.#sessions.publish(sessionId, event),
      publishInbox: (userId, event) => this.#inboxes.publish(userId, event),
    });
    this.#server = new FeedServer({
      self: ports.self,
      session: ports.session,
      messagesAfter: (session, afterSeq, limit) => {
        const page = readMessages(session, { afterSeq }, { ...CATCH_UP_SIZE, limit });
        return page.archive === null && !page.hasMore ? page.messages : null;
      },
      inboxChanges: ports.inboxChanges,
      chunkPosition: (sessionId) => this.#answers.position(sessionId),
      subscribeSession: (sessionId, sink) => this.#sessions.subscribe(sessionId, sink),
      subscribeInbox: (userId, sink) => this.#inboxes.subscribe(userId, sink),
      send: ports.sendEvent,
      isConnected: ports.isConnected,
    });
  }

  subscribeSession(sessionId: string, sink: SessionSink): LiveSubscription {
    const subscription = this.#sessions.subscribe(sessionId, sink);
    const key: TopicKey = { type: 'session', sessionId };
    return {
      ready: this.#live(key),
      close: () => {
        subscription.close();
        if (!this.#sessions.has(sessionId)) this.#followed.close(key);
      },
    };
  }

  subscribeInbox(userId: string, sink: InboxSink): LiveSubscription {
    const subscription = this.#inboxes.subscribe(userId, sink);
    const key: TopicKey = { type: 'inbox', userId };
    return {
      ready: this.#live(key),
      close: () => {
        subscription.close();
        if (!this.#inboxes.has(userId)) this.#followed.close(key);
      },
    };
  }

  #live(key: TopicKey): Promise<boolean> {
    const group = this.#ports.groupOf(key);
    if (this.#followed.has(key)) return this.#followed.ready(key);
    if (group === null || this.#ports.holds(group)) return LIVE;
    return this.#followed.open(key) ? this.#followed.ready(key) : NOT_LIVE;
  }

  /** What this replica has of a session. While another node publishes it, only that one counts. */
  #publish(sessionId: string, event: SessionEvent): void {
    if (!this.#followed.has({ type: 'session', sessionId }))
      this.#sessions.publish(sessionId, event);
  }

  messageCommitted(message: Message): void {
    this.#publish(message.sessionId, { type: 'message', message });
  }

  dispatchChanged(sessionId: string, dispatch: DispatchState): void {
    this.#answers.moved(sessionId, dispatch);
    this.#publish(sessionId, { type: 'status', dispatch });
  }

  readMoved(sessionId: string, lastReadSeq: number): void {
    this.#publish(sessionId, { type: 'read', lastReadSeq });
  }

  inboxChanged(userId: string): void {
    if (!this.#followed.has({ type: 'inbox', userId })) this.#inboxes.changed(userId);
  }

  /** A chunk of an answer that this node streams. */
  publishChunk(live: LiveChunk): void {
    const frame = encodeChunk(live);
    this.#answers.accept(live, frame.length);
    this.#ports.sendChunk(live.sessionId, frame);
  }

  /** A chunk from another node. False: not understood. */
  receiveChunk(frame: Uint8Array): boolean {
    const live = decodeChunk(frame);
    if (live === null) return false;
    const group = this.#ports.groupOf({ type: 'session', sessionId: live.sessionId });
    if (group !== null && this.#ports.holds(group)) this.#answers.accept(live, frame.length);
    return true;
  }

  /** The answer in progress from its first chunk, as the node that publishes the session has it. */
  liveAnswer(sessionId: string): Promise<LiveAnswer | null> {
    const key: TopicKey = { type: 'session', sessionId };
    const group = this.#ports.groupOf(key);
    if (group === null || (this.#ports.holds(group) && !this.#followed.has(key)))
      return this.#answers.read(sessionId);
    const upstream = this.#followed.upstream(key);
    return upstream === null
      ? this.#ports.fetch(sessionId)
      : this.#ports.fetchFrom(upstream, sessionId);
  }

  // --- groups that are somewhere else ---------------------------------------------------------------

  /** Another node follows a topic here; to be called when this replica has all that was acknowledged. */
  follow(nodeId: string, number: number, topic: Topic): Followed | null {
    return this.#server.follow(nodeId, number, topic);
  }

  /** False: not understood. */
  receiveEvent(nodeId: string, frame: Uint8Array): boolean {
    return this.#followed.receive(nodeId, frame);
  }

  /** False: not understood. */
  receiveUnfollow(nodeId: string, frame: Uint8Array): boolean {
    const number = decodeUnfollow(frame);
    if (number !== null) this.#server.unfollow(nodeId, number);
    return number !== null;
  }

  peerDown(nodeId: string): void {
    this.#server.peerDown(nodeId);
    this.#followed.peerDown(nodeId);
  }

  /** This node's replica of the group is up to date from now on: this node publishes to its own subscribers. */
  groupGained(group: number): void {
    this.#followed.groupChanged(group);
  }

  /**
   * This node's replica of the group is about to go: its subscribers, and those who follow here, are served from elsewhere. To
   * be called when `holds` says no already, and the state is still there.
   */
  groupLost(group: number): void {
    const { groupOf } = this.#ports;
    for (const sessionId of [...this.#sessions.keys()]) {
      const key: TopicKey = { type: 'session', sessionId };
      if (groupOf(key) === group && !this.#followed.has(key))
        this.#followed.open(key, this.#server.position({ ...key, afterSeq: null }));
    }
    for (const userId of [...this.#inboxes.keys()]) {
      const key: TopicKey = { type: 'inbox', userId };
      if (groupOf(key) === group && !this.#followed.has(key))
        this.#followed.open(key, this.#inboxes.position(userId));
    }
    this.#server.end((topic) => topicGroup(topic, groupOf) === group);
    this.#answers.forget((sessionId) => groupOf({ type: 'session', sessionId }) === group);
  }

  close(): void {
    this.#followed.closeAll();
    this.#server.close();
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
      if (concerns.session(sessionId)) this.#publish(sessionId, { type: 'resync', reason });
    this.#inboxes.resync(
      (userId) => concerns.user(userId) && !this.#followed.has({ type: 'inbox', userId }),
      reason,
    );
  }

  get stats(): {
    readonly sessionsSubscribed: number;
    readonly liveAnswers: number;
    readonly liveAnswerBytes: number;
    readonly followed: number;
    readonly followers: number;
  } {
    return {
      sessionsSubscribed: this.#sessions.size,
      liveAnswers: this.#answers.size,
      liveAnswerBytes: this.#answers.bytes,
      followed: this.#followed.size,
      followers: this.#server.size,
    };
  }
}

const LIVE: Promise<boolean> = Promise.resolve(true);
const NOT_LIVE: Promise<boolean> = Promise.resolve(false);

function topicGroup(topic: Topic, groupOf: FeedPorts['groupOf']): number | null {
  return topic.type === 'inbox' ? topic.group : groupOf(topic);
}
