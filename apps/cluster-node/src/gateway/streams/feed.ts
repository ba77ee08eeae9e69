import type { FastifyReply } from 'fastify';
import type { Identity } from '../access/identity.ts';
import type { Release } from '../access/quotas.ts';
import { contained } from '../contained.ts';
import { FEED_RECONNECT_MS, FEED_RECONNECT_SPREAD_MS, TIMER_MS_MAX } from '../limits.ts';
import { SseResponse } from './sse-response.ts';

/** An event of a feed, with the names and payloads of the socket. */
export interface FeedEvent {
  readonly name: string;
  readonly payload: unknown;
  /** Where a reader that has seen this event resumes; left out: from the one before. */
  readonly id?: number;
}

export interface FeedOptions {
  readonly reply: FastifyReply;
  readonly identity: Identity;
  /** Called once, when the feed is over: it gives back what the feed held. */
  readonly closed: () => void;
}

/** Live events as server-sent events to one reader. It always ends with the reason, so that its reader resumes where it was. */
export class Feed {
  readonly #sse: SseResponse;
  readonly #expiry: NodeJS.Timeout | null;
  readonly #releases: Release[] = [];

  /** Takes the response over. */
  constructor({ reply, identity, closed }: FeedOptions) {
    reply.hijack();
    this.#expiry = this.#expire(identity);
    this.#sse = new SseResponse({
      response: reply.raw,
      slow: () => this.resync('this connection is too slow'),
      closed: () => {
        if (this.#expiry !== null) clearTimeout(this.#expiry);
        for (const release of this.#releases.splice(0)) release();
        closed();
      },
    });
    // Readers that lose their node at once come back one after the other.
    const retryMs = FEED_RECONNECT_MS + Math.floor(Math.random() * FEED_RECONNECT_SPREAD_MS);
    this.#sse.write(`retry: ${retryMs}\n\n`);
  }

  get isOver(): boolean {
    return this.#sse.isOver;
  }

  /** Is called when the feed is over; at once when it is. */
  onClose(release: Release): void {
    if (this.#sse.isOver) release();
    else this.#releases.push(release);
  }

  send({ name, payload, id }: FeedEvent): void {
    const position = id === undefined ? '' : `id: ${id}\n`;
    this.#sse.write(`${position}event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`);
  }

  /** See `SseResponse`. */
  room(): Promise<void> {
    return this.#sse.room();
  }

  /** Ends the feed: its reader comes back with the `id` of the last event that it got. */
  resync(reason: string): void {
    this.#sse.end(`event: resync\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  destroy(): void {
    this.#sse.destroy();
  }

  /** A token that ends, ends the feed: its reader comes back with a new one. */
  #expire(identity: Identity): NodeJS.Timeout | null {
    if (identity.type !== 'user') return null;
    const delay = Math.min(TIMER_MS_MAX, Math.max(0, identity.expiresAtMs - Date.now()));
    return setTimeout(
      contained('stream', () => this.resync('the token has expired')),
      delay,
    );
  }
}
