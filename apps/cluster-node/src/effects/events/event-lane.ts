import type { EventHead } from './event-records.ts';

/** The events of one group on their way to one subscription, in their order: one call at a time. */
export class EventLane {
  readonly group: number;
  /** Of the leadership that this lane is for. */
  readonly term: number;
  /** Delivered or given up to here. */
  #position: number;
  /** Looked through to here. */
  #readTo: number;
  #savedPosition: number;
  readonly #waiting: EventHead[] = [];
  #failures = 0;
  #dueAtMs = 0;
  isCalling = false;

  constructor(group: number, term: number, position: number) {
    this.group = group;
    this.term = term;
    this.#position = position;
    this.#readTo = position;
    this.#savedPosition = position;
  }

  get next(): EventHead | null {
    return this.#waiting[0] ?? null;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get failures(): number {
    return this.#failures;
  }

  /** From where on Postgres is to be read for it. */
  get readTo(): number {
    return this.#readTo;
  }

  isDue(nowMs: number): boolean {
    return !this.isCalling && this.next !== null && this.#dueAtMs <= nowMs;
  }

  /** What was read up to `readTo`. */
  add(events: readonly EventHead[], readTo: number): void {
    this.#waiting.push(...events);
    this.#readTo = Math.max(this.#readTo, readTo);
  }

  /** The next event is delivered, or given up. */
  done(): void {
    const event = this.#waiting.shift();
    if (event !== undefined) this.#position = event.position;
    this.#failures = 0;
    this.#dueAtMs = 0;
  }

  failed(nextAtMs: number): void {
    this.#failures += 1;
    this.#dueAtMs = nextAtMs;
  }

  /** Not to be tried before: nothing was sent. */
  pause(untilMs: number): void {
    this.#dueAtMs = Math.max(this.#dueAtMs, untilMs);
  }

  /** How far it came when Postgres does not know it yet; else null. */
  get unsaved(): number | null {
    return this.#position > this.#savedPosition ? this.#position : null;
  }

  saved(position: number): void {
    this.#savedPosition = Math.max(this.#savedPosition, position);
  }
}
