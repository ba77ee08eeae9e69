import type { ClusterEvent } from './cluster-view.ts';

/** Events kept by a node; a start of 256 groups brings a good five hundred elections. When full the oldest goes. */
export const EVENTS_KEPT_MAX = 1_000;

/** What happened lately in the cluster, as this node has heard it. */
export class RecentEvents {
  #events: ClusterEvent[] = [];

  add(event: ClusterEvent): void {
    this.#events.push(event);
    if (this.#events.length >= EVENTS_KEPT_MAX * 2)
      this.#events = this.#events.slice(-EVENTS_KEPT_MAX);
  }

  /** Newest first. */
  newest(): readonly ClusterEvent[] {
    return this.#events.slice(-EVENTS_KEPT_MAX).reverse();
  }
}
