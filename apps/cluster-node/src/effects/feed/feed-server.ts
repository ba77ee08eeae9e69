import type { InboxChanges, Message, Session, SessionHead } from '@fleetlm/conversation';
import { guarded } from '../../telemetry/guarded.ts';
import type { InboxSink, SessionSink, Subscription } from './feed-events.ts';
import {
  type ChunkPosition,
  encodeFollowEvent,
  type FollowEvent,
  type Followed,
  type Topic,
} from './follow-codec.ts';

/** Subscriptions of one other node; more are refused, and that node passes the refusal on. */
const SERVED_PER_NODE_MAX = 100_000;
/** Messages that a follower is brought up to date with; with more it begins afresh. */
const CATCH_UP_MESSAGES_MAX = 200;
/** An `ended` that could not be sent is sent again after this. */
const RETRY_MS = 250;

export interface FeedServerPorts {
  readonly self: string;
  /** Its head alone when it has left memory. Null: there is none, or no replica here. */
  readonly session: (sessionId: string) => Session | SessionHead | null;
  /** All messages after a seq, ascending; null: not all of them are in memory, or they are too many for one answer. */
  readonly messagesAfter: (
    session: Session,
    afterSeq: number,
    limit: number,
  ) => readonly Message[] | null;
  readonly inboxChanges: (userId: string, sinceVersion: number) => InboxChanges | null;
  readonly chunkPosition: (sessionId: string) => ChunkPosition | null;
  readonly subscribeSession: (sessionId: string, sink: SessionSink) => Subscription;
  readonly subscribeInbox: (userId: string, sink: InboxSink) => Subscription;
  /** False: not connected, or too much is waiting for it. */
  readonly send: (nodeId: string, frame: Uint8Array) => boolean;
  readonly isConnected: (nodeId: string) => boolean;
}

const NO_CHANGES: InboxChanges = { version: 0, sessions: [], isWhole: true };

interface Served {
  readonly topic: Topic;
  readonly subscription: Subscription;
  position: number;
}

/** Publishes the events of the groups that this node holds to nodes without a replica, as to its own subscribers. */
export class FeedServer {
  readonly #ports: FeedServerPorts;
  readonly #served = new Map<string, Map<number, Served>>();
  readonly #endings = new Map<string, Set<number>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(ports: FeedServerPorts) {
    this.#ports = ports;
  }

  get size(): number {
    let size = 0;
    for (const served of this.#served.values()) size += served.size;
    return size;
  }

  /**
   * Begins to publish the topic to `nodeId` under its number. To be called when this replica has all that was
   * acknowledged. For this node itself only where it stands. Null: that node has too many subscriptions here.
   */
  follow(nodeId: string, number: number, topic: Topic): Followed | null {
    if (nodeId !== this.#ports.self) {
      const served = this.#served.get(nodeId) ?? new Map<number, Served>();
      if (served.size >= SERVED_PER_NODE_MAX) return null;
      this.#served.set(nodeId, served);
      const sink = (event: FollowEvent): void => this.#publish(nodeId, number, event);
      const { subscribeSession, subscribeInbox } = this.#ports;
      const subscription =
        topic.type === 'session'
          ? subscribeSession(topic.sessionId, sink)
          : subscribeInbox(topic.userId, sink);
      served.set(number, { topic, subscription, position: 0 });
    }
    return this.position(topic);
  }

  /** What has happened up to now. */
  position(topic: Topic): Followed {
    if (topic.type === 'inbox') {
      const since = topic.afterVersion ?? Number.MAX_SAFE_INTEGER;
      return {
        type: 'inbox',
        ...(this.#ports.inboxChanges(topic.userId, since) ?? NO_CHANGES),
      };
    }
    const { sessionId, afterSeq } = topic;
    const session = this.#ports.session(sessionId);
    const live = this.#ports.chunkPosition(sessionId);
    if (session === null)
      return {
        type: 'session',
        lastSeq: null,
        messages: [],
        // Out of memory: a subscriber begins afresh, rather than miss what came since.
        isWhole: afterSeq === null,
        dispatch: null,
        lastReadSeq: null,
        live,
      };
    const { lastSeq, lastReadSeq, dispatch } = session;
    const messages = afterSeq === null ? [] : this.#messagesAfter(session, afterSeq);
    return {
      type: 'session',
      lastSeq,
      messages: messages ?? [],
      isWhole: messages !== null,
      dispatch,
      lastReadSeq,
      live,
    };
  }

  #messagesAfter(session: Session | SessionHead, afterSeq: number): readonly Message[] | null {
    if (!('tail' in session)) return afterSeq >= session.lastSeq ? [] : null;
    if (session.lastSeq - afterSeq > CATCH_UP_MESSAGES_MAX) return null;
    return this.#ports.messagesAfter(session, afterSeq, CATCH_UP_MESSAGES_MAX);
  }

  unfollow(nodeId: string, number: number): void {
    const served = this.#served.get(nodeId);
    served?.get(number)?.subscription.close();
    served?.delete(number);
  }

  peerDown(nodeId: string): void {
    for (const { subscription } of this.#served.get(nodeId)?.values() ?? []) subscription.close();
    this.#served.delete(nodeId);
    this.#endings.delete(nodeId);
  }

  /** This node can't publish these any more: followers have to ask another one. */
  end(concerns: (topic: Topic) => boolean): void {
    for (const [nodeId, served] of this.#served)
      for (const [number, { topic }] of [...served]) if (concerns(topic)) this.#end(nodeId, number);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const nodeId of [...this.#served.keys()]) this.peerDown(nodeId);
  }

  #publish(nodeId: string, number: number, event: FollowEvent): void {
    const served = this.#served.get(nodeId)?.get(number);
    if (served === undefined) return;
    served.position += 1;
    const frame = encodeFollowEvent({ number, position: served.position, event });
    if (event.type === 'resync' || !this.#ports.send(nodeId, frame)) this.#end(nodeId, number);
  }

  #end(nodeId: string, number: number): void {
    this.unfollow(nodeId, number);
    // Any position will do: nothing comes after it.
    const frame = encodeFollowEvent({ number, position: 0, event: { type: 'ended' } });
    if (this.#ports.send(nodeId, frame) || !this.#ports.isConnected(nodeId)) return;
    const endings = this.#endings.get(nodeId) ?? new Set();
    this.#endings.set(nodeId, endings.add(number));
    this.#timer ??= setTimeout(
      guarded('timer', () => this.#endAgain()),
      RETRY_MS,
    );
  }

  #endAgain(): void {
    this.#timer = null;
    const endings = [...this.#endings];
    this.#endings.clear();
    for (const [nodeId, numbers] of endings)
      for (const number of numbers) this.#end(nodeId, number);
  }
}
