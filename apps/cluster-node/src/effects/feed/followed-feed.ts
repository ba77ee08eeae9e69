import { doubledMs } from '@fleetlm/protocol';
import { guarded } from '../../telemetry/guarded.ts';
import type { InboxEvent, SessionEvent } from './feed-events.ts';
import {
  type ChunkPosition,
  decodeFollowEvent,
  type Followed,
  type Topic,
} from './follow-codec.ts';

/** Topics that are followed elsewhere; more are not live, and the subscriber gets a refusal. */
const FOLLOWED_MAX = 100_000;
/** Subscriptions that are being asked for at once; the others wait for their turn. */
const CONNECTING_MAX = 256;
const RETRY_MS_FIRST = 50;
const RETRY_MS_MAX = 1_000;

/** Whose events they are: of a session or of a user's inbox. */
export type TopicKey =
  | { readonly type: 'session'; readonly sessionId: string }
  | { readonly type: 'inbox'; readonly userId: string };

export interface FollowedFeedPorts {
  readonly self: string;
  /** Has this node a replica of the group that is up to date? */
  readonly holds: (group: number) => boolean;
  readonly groupOf: (key: TopicKey) => number | null;
  /** Asks a node that holds the group; `done` is called once, later or at once, in the order of its frames. */
  readonly follow: (
    group: number,
    number: number,
    topic: Topic,
    done: (answer: { readonly nodeId: string; readonly followed: Followed } | null) => void,
  ) => void;
  readonly unfollow: (nodeId: string, number: number) => void;
  readonly publishSession: (sessionId: string, event: SessionEvent) => void;
  readonly publishInbox: (userId: string, event: InboxEvent) => void;
}

interface Entry {
  readonly key: TopicKey;
  readonly group: number;
  /** Of the subscription; another one with every new attempt. */
  number: number;
  /** Null: none publishes it to us at the moment. */
  nodeId: string | null;
  /** Events of the subscription that have come. */
  position: number;
  /** Seq of the newest message, or version of the inbox, that was delivered here; null: nothing yet. */
  lastDelivered: number | null;
  /** What was delivered last of these, so that nothing is delivered twice. */
  status: string | null;
  lastReadSeq: number | null;
  chunk: ChunkPosition | null;
  /** Whether it was ever live: then what is missing is made good. */
  began: boolean;
  isConnecting: boolean;
  timer: NodeJS.Timeout | null;
  failures: number;
  ready: PromiseWithResolvers<boolean>;
}

/**
 * Live events of groups without a replica on this node: each topic is followed at a node that holds one. When that
 * node is lost, another one is asked from where the last one stopped; users notice nothing.
 */
export class FollowedFeed {
  readonly #ports: FollowedFeedPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #byNumber = new Map<number, Entry>();
  readonly #waiting = new Set<Entry>();
  #connecting = 0;
  #next = 1;

  constructor(ports: FollowedFeedPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: TopicKey): boolean {
    return this.#entries.size > 0 && this.#entries.has(nameOf(key));
  }

  /** Its upstream at the moment. */
  upstream(key: TopicKey): string | null {
    return this.#entries.get(nameOf(key))?.nodeId ?? null;
  }

  /** True once it is live. False: no node could be asked in time; it is retried as long as it is wanted. */
  ready(key: TopicKey): Promise<boolean> {
    return this.#entries.get(nameOf(key))?.ready.promise ?? Promise.resolve(true);
  }

  /** False: too many are followed already. `from`: where a replica of this node stood that is no more. */
  open(key: TopicKey, from: Followed | null = null): boolean {
    const name = nameOf(key);
    const group = this.#ports.groupOf(key);
    if (this.#entries.has(name)) return true;
    if (group === null || this.#entries.size >= FOLLOWED_MAX) return false;
    const entry: Entry = {
      key,
      group,
      number: 0,
      nodeId: null,
      position: 0,
      lastDelivered: null,
      status: null,
      lastReadSeq: null,
      chunk: null,
      began: from !== null,
      isConnecting: false,
      timer: null,
      failures: 0,
      ready: Promise.withResolvers(),
    };
    if (from !== null) remember(entry, from);
    this.#entries.set(name, entry);
    this.#connect(entry);
    return true;
  }

  close(key: TopicKey): void {
    const entry = this.#entries.get(nameOf(key));
    if (entry !== undefined) this.#drop(entry);
  }

  closeAll(): void {
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
  }

  /** Another node may publish these groups now, perhaps this one itself. */
  groupChanged(group: number): void {
    for (const entry of [...this.#entries.values()])
      if (entry.group === group) this.#reconnect(entry);
  }

  peerDown(nodeId: string): void {
    for (const entry of [...this.#entries.values()])
      if (entry.nodeId === nodeId) this.#reconnect(entry);
  }

  /** False: not understood. */
  receive(nodeId: string, frame: Uint8Array): boolean {
    const decoded = decodeFollowEvent(frame);
    if (decoded === null) return false;
    const { number, position, event } = decoded;
    const entry = this.#byNumber.get(number);
    if (entry === undefined || entry.nodeId !== nodeId) {
      // Of a subscription that was given up, or whose answer came too late.
      if (event.type !== 'ended') this.#ports.unfollow(nodeId, number);
      return true;
    }
    if (event.type === 'ended' || event.type === 'resync' || position !== entry.position + 1) {
      this.#reconnect(entry);
      return true;
    }
    entry.position = position;
    if (event.type === 'delta') {
      this.#deliverInbox(entry, event);
      return true;
    }
    this.#deliverSession(entry, event);
    return true;
  }

  #deliverInbox(entry: Entry, event: Extract<InboxEvent, { type: 'delta' }>): void {
    if (entry.key.type !== 'inbox' || event.version <= (entry.lastDelivered ?? 0)) return;
    entry.lastDelivered = event.version;
    this.#ports.publishInbox(entry.key.userId, event);
  }

  #deliverSession(entry: Entry, event: Exclude<SessionEvent, { type: 'resync' }>): void {
    if (entry.key.type !== 'session') return;
    const { sessionId } = entry.key;
    switch (event.type) {
      case 'message': {
        const { seq } = event.message;
        if (entry.lastDelivered !== null && seq <= entry.lastDelivered) return;
        if (entry.lastDelivered !== null && seq > entry.lastDelivered + 1) {
          this.#reconnect(entry);
          return;
        }
        entry.lastDelivered = seq;
        break;
      }
      case 'chunk': {
        const { epoch, attempt, index } = event;
        if (entry.chunk !== null && isBefore(event, entry.chunk)) return;
        entry.chunk = { epoch, attempt, next: index + 1 };
        break;
      }
      case 'status':
        entry.status = JSON.stringify(event.dispatch);
        break;
      case 'read':
        entry.lastReadSeq = event.lastReadSeq;
        break;
      default:
        event satisfies never;
    }
    this.#ports.publishSession(sessionId, event);
  }

  // --- subscriptions -------------------------------------------------------------------------------

  #reconnect(entry: Entry): void {
    if (entry.nodeId !== null) this.#ports.unfollow(entry.nodeId, entry.number);
    this.#connect(entry);
  }

  #connect(entry: Entry): void {
    entry.nodeId = null;
    if (entry.isConnecting || this.#entries.get(nameOf(entry.key)) !== entry) return;
    if (entry.timer !== null) clearTimeout(entry.timer);
    entry.timer = null;
    if (this.#connecting >= CONNECTING_MAX) {
      this.#waiting.add(entry);
      return;
    }
    this.#connecting += 1;
    entry.isConnecting = true;
    this.#byNumber.delete(entry.number);
    entry.number = this.#next;
    this.#next += 1;
    this.#byNumber.set(entry.number, entry);
    const { number } = entry;
    this.#ports.follow(entry.group, number, topicOf(entry), (answer) => {
      this.#connecting -= 1;
      entry.isConnecting = false;
      this.#answered(entry, number, answer);
      for (const next of this.#waiting) {
        if (this.#connecting >= CONNECTING_MAX) break;
        this.#waiting.delete(next);
        this.#connect(next);
      }
    });
  }

  #answered(
    entry: Entry,
    number: number,
    answer: { readonly nodeId: string; readonly followed: Followed } | null,
  ): void {
    if (this.#entries.get(nameOf(entry.key)) !== entry) {
      if (answer !== null) this.#ports.unfollow(answer.nodeId, number);
      return;
    }
    if (answer === null) {
      this.#failed(entry);
      return;
    }
    const { self, holds } = this.#ports;
    if (answer.nodeId !== self && holds(entry.group)) {
      // A replica was gained here while the answer was on its way. Two nodes that gain one at once must not end up
      // following each other, and neither by Raft.
      this.#ports.unfollow(answer.nodeId, number);
      this.#failed(entry);
      return;
    }
    entry.failures = 0;
    entry.position = 0;
    entry.nodeId = answer.nodeId;
    const { began } = entry;
    entry.began = true;
    if (began) this.#catchUp(entry, answer.followed);
    remember(entry, answer.followed);
    entry.ready.resolve(true);
    // This node has a replica itself by now: it goes on by itself, from exactly here.
    if (answer.nodeId === self) this.#drop(entry);
  }

  /** Those who ask wait no longer; it is tried again for those who are there. */
  #failed(entry: Entry): void {
    entry.failures += 1;
    if (!entry.began) {
      entry.ready.resolve(false);
      entry.ready = Promise.withResolvers();
    }
    const pause = doubledMs(entry.failures, RETRY_MS_FIRST, RETRY_MS_MAX);
    entry.timer = setTimeout(
      guarded('timer', () => this.#connect(entry)),
      pause,
    );
  }

  /** What happened without an upstream. */
  #catchUp(entry: Entry, followed: Followed): void {
    const { key, lastDelivered } = entry;
    if (followed.type === 'inbox' || key.type === 'inbox') {
      if (followed.type !== 'inbox' || key.type !== 'inbox') return;
      const { version, sessions, isWhole } = followed;
      const { publishInbox } = this.#ports;
      if (!isWhole)
        publishInbox(key.userId, { type: 'resync', reason: 'more changed than one event holds' });
      else if (sessions.length > 0 && version > (lastDelivered ?? 0))
        publishInbox(key.userId, { type: 'delta', version, sessions });
      return;
    }
    const { publishSession } = this.#ports;
    if (!followed.isWhole || hasMissedChunks(entry, followed)) {
      publishSession(key.sessionId, {
        type: 'resync',
        reason: 'the node that published it was lost',
      });
      return;
    }
    for (const message of followed.messages)
      if (message.seq > (lastDelivered ?? 0))
        publishSession(key.sessionId, { type: 'message', message });
    const { dispatch, lastReadSeq } = followed;
    if (dispatch !== null && JSON.stringify(dispatch) !== entry.status)
      publishSession(key.sessionId, { type: 'status', dispatch });
    if (lastReadSeq !== null && lastReadSeq !== entry.lastReadSeq)
      publishSession(key.sessionId, { type: 'read', lastReadSeq });
  }

  #drop(entry: Entry): void {
    if (entry.timer !== null) clearTimeout(entry.timer);
    this.#waiting.delete(entry);
    this.#byNumber.delete(entry.number);
    this.#entries.delete(nameOf(entry.key));
    const { nodeId, number } = entry;
    if (nodeId !== null && nodeId !== this.#ports.self) this.#ports.unfollow(nodeId, number);
    entry.nodeId = null;
    entry.ready.resolve(false);
  }
}

function nameOf(key: TopicKey): string {
  return key.type === 'session' ? `s ${key.sessionId}` : `i ${key.userId}`;
}

function topicOf({ key, group, lastDelivered }: Entry): Topic {
  return key.type === 'session'
    ? { type: 'session', sessionId: key.sessionId, afterSeq: lastDelivered }
    : { type: 'inbox', userId: key.userId, group, afterVersion: lastDelivered };
}

function remember(entry: Entry, followed: Followed): void {
  if (followed.type === 'inbox') {
    entry.lastDelivered = Math.max(entry.lastDelivered ?? 0, followed.version);
    return;
  }
  const { lastSeq, dispatch, lastReadSeq, live } = followed;
  if (lastSeq !== null) entry.lastDelivered = Math.max(entry.lastDelivered ?? 0, lastSeq);
  if (dispatch !== null) entry.status = JSON.stringify(dispatch);
  if (lastReadSeq !== null) entry.lastReadSeq = lastReadSeq;
  if (live !== null && (entry.chunk === null || !isBehind(live, entry.chunk))) entry.chunk = live;
}

function isBefore(
  { epoch, attempt, index }: Extract<SessionEvent, { type: 'chunk' }>,
  chunk: ChunkPosition,
): boolean {
  return isBehind({ epoch, attempt, next: index + 1 }, { ...chunk, next: chunk.next + 1 });
}

function isBehind(a: ChunkPosition, b: ChunkPosition): boolean {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch;
  if (a.attempt !== b.attempt) return a.attempt < b.attempt;
  return a.next < b.next;
}

/** Chunks are published once: of those that were missed only their sum is known, which a reader gets when it asks anew. */
function hasMissedChunks(
  { chunk }: Entry,
  { live }: Extract<Followed, { type: 'session' }>,
): boolean {
  if (live === null) return false;
  const isSame = chunk !== null && chunk.epoch === live.epoch && chunk.attempt === live.attempt;
  return live.next > (isSame ? chunk.next : 0) && (chunk === null || !isBehind(live, chunk));
}
