import { EventHeap } from '../clock/event-heap.ts';

/** Virtual time, in whole milliseconds, and what is to happen in it. */
export class Timeline<T> {
  readonly #heap = new EventHeap<T>();
  /** The heap can't be looked at: what was taken and is not due yet waits here. */
  #next: { readonly time: number; readonly event: T } | null = null;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, event: T): void {
    if (this.#next !== null) {
      this.#heap.push(this.#next.time, this.#next.event);
      this.#next = null;
    }
    this.#heap.push(this.#nowMs + delayMs, event);
  }

  /** The next event up to `untilMs`; time is then its time. Null: there is none, and it is `untilMs`. */
  take(untilMs: number): T | null {
    const next = this.#next ?? this.#heap.pop();
    if (next === null || next.time > untilMs) {
      this.#next = next;
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return null;
    }
    this.#next = null;
    this.#nowMs = Math.max(this.#nowMs, next.time);
    return next.event;
  }
}
