import { MESSAGE_ENVELOPE_BYTES_MAX } from '../limits.ts';
import type { SessionEvent } from '../runtime/runtime-api.ts';

/** About what a reader is sent of it. */
function bytesOf(event: SessionEvent): number {
  return event.type === 'message'
    ? event.message.payload.length + MESSAGE_ENVELOPE_BYTES_MAX
    : Buffer.byteLength(JSON.stringify(event));
}

/** Events of a session that are kept until its reader has been brought up to date; beyond its limits they are lost. */
export class PendingEvents {
  readonly events: SessionEvent[] = [];
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

  readonly add = (event: SessionEvent): void => {
    if (this.#isOver) return;
    this.#bytes += bytesOf(event);
    this.#isOver = this.events.length >= this.#eventsMax || this.#bytes > this.#bytesMax;
    if (!this.#isOver) this.events.push(event);
  };
}
