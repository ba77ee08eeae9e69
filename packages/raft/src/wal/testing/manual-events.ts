import type { Clock, Timer } from '../../clock/clock.ts';

/** Events that happen when a test says so: a clock that stops, and operations that wait in a queue. */
export class ManualEvents implements Clock {
  #now = 0;
  #queue: (() => void)[] = [];
  #timers: { readonly at: number; readonly fire: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  defer(run: () => void): void {
    this.#queue.push(run);
  }

  soon(run: () => void): void {
    this.#queue.unshift(run);
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Runs the next event; false: there is none. */
  step(): boolean {
    const next = this.#queue.shift();
    next?.();
    return next !== undefined;
  }

  /** Runs events until none is left. */
  drain(): void {
    while (this.step());
  }

  /** Lets time pass, with everything that happens meanwhile. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      this.drain();
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      this.#timers = this.#timers.filter((timer) => timer !== due);
      due.fire();
    }
    this.#now = end;
  }
}
