import type { Subscription } from '../../effects/feed/feed-events.ts';
import { SinkRooms } from '../../effects/feed/sink-rooms.ts';
import type { ClusterEvent } from './cluster-view.ts';

/** Events kept by a node; a start of 256 groups brings a good five hundred elections. When full the oldest goes. */
export const EVENTS_KEPT_MAX = 1_000;

const ROOM = 'events';

/** What happened lately in the cluster, as this node has received it. */
export class ClusterEvents {
  readonly #sinks: SinkRooms<ClusterEvent>;
  #events: ClusterEvent[] = [];

  constructor(onError: (error: unknown) => void) {
    this.#sinks = new SinkRooms(onError);
  }

  publish(event: ClusterEvent): void {
    this.#events.push(event);
    if (this.#events.length >= EVENTS_KEPT_MAX * 2)
      this.#events = this.#events.slice(-EVENTS_KEPT_MAX);
    this.#sinks.publish(ROOM, event);
  }

  /** Newest first. */
  newest(): readonly ClusterEvent[] {
    return this.#events.slice(-EVENTS_KEPT_MAX).reverse();
  }

  subscribe(sink: (event: ClusterEvent) => void): Subscription {
    return this.#sinks.subscribe(ROOM, sink);
  }
}
