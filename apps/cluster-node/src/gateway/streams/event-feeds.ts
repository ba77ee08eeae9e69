import {
  type ErrorCode,
  type InboxCaughtUp,
  invalidField,
  LAST_EVENT_HEADER,
  type RestErrorOf,
  type SessionCaughtUp,
} from '@fleetlm/protocol';
import type { InboxEvent, MessagePage, Runtime, SessionEvent } from '../../runtime/runtime-api.ts';
import { contained } from '../contained.ts';
import {
  INBOX_SESSIONS_MAX,
  JOIN_MESSAGES_MAX,
  STREAM_PENDING_BYTES_MAX,
  STREAM_PENDING_EVENTS_MAX,
} from '../limits.ts';
import { PendingEvents } from '../pending-events.ts';
import { type Refusals, refusals, whenLive } from '../refusals.ts';
import { RequestError } from '../request-error.ts';
import { type Handlers, STREAMED } from '../rest/rest-call.ts';
import { isCovered, streamBody } from '../socket/session-join.ts';
import { sessionPacket } from '../socket/socket-rooms.ts';
import { inboxEntry, runState, sessionBody } from '../wire.ts';
import { Feed, type FeedOptions } from './feed.ts';
import { type Listening, listenToSession } from './session-listening.ts';
import type { StreamSlots } from './stream-slots.ts';

/** Once a feed is open nothing is refused any more: it ends with the reason. */
const OPEN = refusals<ErrorCode>();

/** Sessions and inboxes as server-sent events, for clients without Socket.IO. */
export class EventFeeds {
  readonly #runtime: Runtime;
  readonly #slots: StreamSlots;
  readonly #open = new Set<Feed>();

  constructor(runtime: Runtime, slots: StreamSlots) {
    this.#runtime = runtime;
    this.#slots = slots;
  }

  get handlers() {
    return {
      streamSessionEvents: async (call) => {
        const { reply, identity, headers, query, session, value, refuse } = call;
        const inHeader = headers[LAST_EVENT_HEADER];
        const lastSeq = inHeader ?? query.last_seq ?? 0;
        if (lastSeq > session.lastSeq)
          throw refuse(
            invalidField(
              inHeader === undefined ? 'last_seq' : LAST_EVENT_HEADER,
              `must be at most ${session.lastSeq}, the newest seq`,
            ),
          );
        const release = this.#slots.acquire(call);
        try {
          // What can't be read is still answered with a problem; later it ends the feed.
          const page = value(await this.#runtime.readMessages(pageAfter(session.id, lastSeq)));
          const feed = this.#feed({ reply, identity }, release);
          const reader = new SessionFeed(this.#runtime, session.id, feed, lastSeq);
          this.#run(feed, () => reader.run(page));
        } catch (error) {
          release();
          throw error;
        }
        return STREAMED;
      },

      streamInboxEvents: async (call) => {
        const { reply, identity, userId, headers, query } = call;
        const version = headers[LAST_EVENT_HEADER] ?? query.last_seq ?? null;
        const release = this.#slots.acquire(call);
        const inbox = new InboxFeed(this.#runtime, userId);
        try {
          const joined = await inbox.join(call);
          const feed = this.#feed({ reply, identity }, () => {
            inbox.close();
            release();
          });
          this.#run(feed, () => inbox.run(feed, joined, version));
        } catch (error) {
          inbox.close();
          release();
          throw error;
        }
        return STREAMED;
      },
    } satisfies Partial<Handlers>;
  }

  /** The node stops: its readers go on with another one. */
  endAll(): void {
    for (const feed of this.#open) feed.resync('this node is stopping');
  }

  #feed(parts: Omit<FeedOptions, 'closed'>, closed: () => void): Feed {
    const feed: Feed = new Feed({
      ...parts,
      closed: () => {
        this.#open.delete(feed);
        closed();
      },
    });
    this.#open.add(feed);
    // Its reader may have gone while the first page was read: no event says so any more.
    if (parts.reply.raw.destroyed) feed.destroy();
    return feed;
  }

  /** The response is taken over: an error can't be answered with a problem any more. */
  #run(feed: Feed, run: () => Promise<void> | void): void {
    const running = async (): Promise<void> => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        feed.resync(error.failure.detail);
      }
    };
    contained('stream', running, () => feed.destroy())();
  }
}

function pageAfter(sessionId: string, afterSeq: number) {
  return { sessionId, afterSeq, limit: JOIN_MESSAGES_MAX };
}

/** One reader of a session: page after page as fast as it reads, and then live, without a gap and without a double. */
class SessionFeed {
  readonly #runtime: Runtime;
  readonly #sessionId: string;
  readonly #feed: Feed;
  /** The newest message that was sent. */
  #lastSeq: number;

  constructor(runtime: Runtime, sessionId: string, feed: Feed, lastSeq: number) {
    this.#runtime = runtime;
    this.#sessionId = sessionId;
    this.#feed = feed;
    this.#lastSeq = lastSeq;
  }

  async run(first: MessagePage): Promise<void> {
    const feed = this.#feed;
    for (let page = first; ; page = await this.#nextPage()) {
      this.#sendMessages(page);
      await feed.room();
      if (feed.isOver) return;
      if (!page.hasMore) break;
    }
    // From here on events are kept, within their limit: only what has come in between is left to read.
    const listening = await listenToSession(this.#runtime, this.#sessionId, OPEN);
    feed.onClose(() => listening.close());
    for (let hasMore = true; hasMore; ) {
      const page = await this.#nextPage();
      this.#sendMessages(page);
      hasMore = page.hasMore;
    }
    await this.#goLive(listening);
  }

  async #goLive(listening: Listening): Promise<void> {
    const session = OPEN.value(await this.#runtime.getSession(this.#sessionId));
    const answer = OPEN.value(await this.#runtime.liveAnswer(this.#sessionId));
    const stream = answer === null ? undefined : streamBody(answer);
    const joined: SessionCaughtUp = {
      session: sessionBody(session),
      last_seq: this.#lastSeq,
      agent: runState(session.dispatch),
      ...(stream === undefined ? {} : { stream }),
    };
    this.#feed.send({ name: 'session:joined', payload: joined });
    listening.hearAll(
      (event) => {
        if (event.type !== 'chunk' || !isCovered(event, stream)) this.#take(event);
      },
      () => this.#feed.destroy(),
    );
  }

  async #nextPage(): Promise<MessagePage> {
    return OPEN.value(await this.#runtime.readMessages(pageAfter(this.#sessionId, this.#lastSeq)));
  }

  #sendMessages({ messages }: MessagePage): void {
    for (const message of messages) this.#take({ type: 'message', message });
  }

  #take(event: SessionEvent): void {
    const feed = this.#feed;
    if (event.type === 'resync') {
      feed.resync(event.reason);
      return;
    }
    const [name, payload] = sessionPacket(this.#sessionId, event);
    if (event.type !== 'message') {
      feed.send({ name, payload });
      return;
    }
    const { seq } = event.message;
    if (seq <= this.#lastSeq) return;
    if (seq !== this.#lastSeq + 1) {
      feed.resync('messages were lost on the way');
      return;
    }
    this.#lastSeq = seq;
    feed.send({ name, payload, id: seq });
  }
}

/** One reader of an inbox. */
class InboxFeed {
  readonly #runtime: Runtime;
  readonly #userId: string;
  readonly #pending = new PendingEvents<InboxEvent>(
    STREAM_PENDING_EVENTS_MAX,
    STREAM_PENDING_BYTES_MAX,
  );
  #take: (event: InboxEvent) => void = this.#pending.add;
  #end = (): void => undefined;
  #close = (): void => undefined;

  constructor(runtime: Runtime, userId: string) {
    this.#runtime = runtime;
    this.#userId = userId;
  }

  /** The newest conversations; events that come from now on are kept. */
  async join(refusals: Refusals<RestErrorOf<'streamInboxEvents'>>): Promise<InboxCaughtUp> {
    const hear = contained(
      'stream',
      (event: InboxEvent) => this.#take(event),
      () => this.#end(),
    );
    const subscription = this.#runtime.subscribeInbox(this.#userId, hear);
    this.#close = () => subscription.close();
    await whenLive(subscription, refusals);
    const input = { userId: this.#userId, limit: INBOX_SESSIONS_MAX, before: null };
    const { sessions, version, next } = refusals.value(await this.#runtime.listSessions(input));
    const entries = sessions.map((session) => inboxEntry(session, this.#runtime));
    return { sessions: entries, version, next };
  }

  /** `known`: the version of the inbox that the reader has. */
  run(feed: Feed, joined: InboxCaughtUp, known: number | null): void {
    let { version } = joined;
    if (known !== version) feed.send({ name: 'inbox:joined', payload: joined, id: version });
    this.#end = () => feed.destroy();
    const send = (event: InboxEvent): void => {
      if (event.type === 'resync') feed.resync(event.reason);
      else if (event.version > version) {
        version = event.version;
        const sessions = event.sessions.map((session) => inboxEntry(session, this.#runtime));
        feed.send({ name: 'inbox:delta', payload: { version, sessions }, id: version });
      }
    };
    this.#take = send;
    for (const event of this.#pending.events) send(event);
    if (this.#pending.isOver) feed.resync('more happened than could be kept');
  }

  close(): void {
    this.#close();
  }
}
