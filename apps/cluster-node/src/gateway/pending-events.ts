import { MESSAGE_ENVELOPE_BYTES_MAX, SESSION_ENVELOPE_BYTES_MAX } from '../limits.ts';
import type { InboxEvent, SessionEvent } from '../runtime/runtime-api.ts';

type PendingEvent = SessionEvent | InboxEvent;

/** About what a reader is sent of it. */
function bytesOf(event: PendingEvent): number {
  switch (event.type) {
    case 'message':
      return event.message.payload.length + MESSAGE_ENVELOPE_BYTES_MAX;
    case 'delta':
      return event.sessions.reduce(
        (bytes, { metadata }) => bytes + metadata.length + SESSION_ENVELOPE_BYTES_MAX,
        0,
      );
    default:
      return Buffer.byteLength(JSON.stringify(event));
  }
}

/** Events that are kept until their reader has been brought up to date; beyond its limits they are lost. */
export class PendingEvents<E extends PendingEvent = SessionEvent> {
  readonly events: E[] = [];
  readonly #eventsMax: number;
  readonly #bytesMax: number;
  #bytes = 0;
  #isOver = false;

  constructor(eventsMax: number, bytesMax: number) {
    this.#eventsMax = eventsMax;
    this.#bytesMax = bytesMax;
  }

  /** Some are lost: the reader has to begin afresh. */
  get isOver(): boolean {
    return this.#isOver;
  }

  readonly add = (event: E): void => {
    if (this.#isOver) return;
    this.#bytes += bytesOf(event);
    this.#isOver = this.events.length >= this.#eventsMax || this.#bytes > this.#bytesMax;
    if (!this.#isOver) this.events.push(event);
  };
}
