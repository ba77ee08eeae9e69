import type { InboxChanges } from '@fleetlm/conversation';
import { guarded } from '../../telemetry/guarded.ts';
import type { InboxEvent, InboxSink, Subscription } from './feed-events.ts';
import type { Followed } from './follow-codec.ts';
import { SinkRooms } from './sink-rooms.ts';

/** At most ten deltas a second and inbox. */
const DELTA_EVERY_MS = 100;

export interface InboxFeedPorts {
  /** What changed in a user's inbox after a version; null: this node has no replica of it. */
  readonly inboxChanges: (userId: string, sinceVersion: number) => InboxChanges | null;
  readonly onError: (error: unknown) => void;
}

interface Watched {
  /** Everything up to here was published. */
  version: number;
  timer: NodeJS.Timeout | null;
  lastSentMs: number;
}

/** Changes of inboxes, gathered: an inbox that changes a thousand times a second is published about ten times. */
export class InboxFeed {
  readonly #ports: InboxFeedPorts;
  readonly #rooms: SinkRooms<InboxEvent>;
  readonly #watched = new Map<string, Watched>();

  constructor(ports: InboxFeedPorts) {
    this.#ports = ports;
    this.#rooms = new SinkRooms(ports.onError);
  }

  subscribe(userId: string, sink: InboxSink): Subscription {
    if (!this.#watched.has(userId)) {
      const version = this.#ports.inboxChanges(userId, Number.MAX_SAFE_INTEGER)?.version ?? 0;
      this.#watched.set(userId, { version, timer: null, lastSentMs: 0 });
    }
    const subscription = this.#rooms.subscribe(userId, sink);
    return {
      close: () => {
        subscription.close();
        const watched = this.#watched.get(userId);
        if (this.#rooms.has(userId) || watched === undefined) return;
        if (watched.timer !== null) clearTimeout(watched.timer);
        this.#watched.delete(userId);
      },
    };
  }

  has(userId: string): boolean {
    return this.#rooms.has(userId);
  }

  keys(): Iterable<string> {
    return this.#watched.keys();
  }

  /** What was published of an inbox so far. */
  position(userId: string): Extract<Followed, { type: 'inbox' }> {
    return {
      type: 'inbox',
      version: this.#watched.get(userId)?.version ?? 0,
      sessions: [],
      isWhole: true,
    };
  }

  /** An event as another node has it. */
  publish(userId: string, event: InboxEvent): void {
    const watched = this.#watched.get(userId);
    if (watched !== undefined && event.type === 'delta')
      watched.version = Math.max(watched.version, event.version);
    this.#rooms.publish(userId, event);
  }

  changed(userId: string): void {
    const watched = this.#watched.get(userId);
    if (watched === undefined || watched.timer !== null) return;
    const wait = Math.max(0, watched.lastSentMs + DELTA_EVERY_MS - performance.now());
    watched.timer = setTimeout(
      guarded('timer', () => this.#send(userId, watched)),
      wait,
    );
  }

  /** The replica jumped over changes: it is not known which. */
  resync(concerns: (userId: string) => boolean, reason: string): void {
    for (const userId of [...this.#watched.keys()])
      if (concerns(userId)) this.#rooms.publish(userId, { type: 'resync', reason });
  }

  #send(userId: string, watched: Watched): void {
    watched.timer = null;
    watched.lastSentMs = performance.now();
    const changes = this.#ports.inboxChanges(userId, watched.version);
    if (changes === null) return;
    const { version, sessions, isWhole } = changes;
    if (isWhole && sessions.length === 0) return;
    watched.version = version;
    this.#rooms.publish(
      userId,
      isWhole
        ? { type: 'delta', version, sessions }
        : { type: 'resync', reason: 'more changed in the inbox than one event holds' },
    );
  }
}
