import type { Clock, Timer } from '../../clock/clock.ts';

/**
 * One timer for all groups. A tick that comes more than two intervals late means that this process stood
 * still, not that the leaders were silent: whatever they sent meanwhile waits on the sockets. It is read
 * first, and then the pause counts as one tick (after a stop and resume of the process the system runs timers
 * before sockets: all groups would campaign).
 */
export class Ticker {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #tick: (number: number, nowMs: number) => void;
  #timer: Timer | null = null;
  #lastMs: number;
  #number = 0;
  #stopped = false;

  constructor(clock: Clock, tickMs: number, tick: (number: number, nowMs: number) => void) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#tick = tick;
    this.#lastMs = clock.now();
    this.#arm();
  }

  /** Number of the newest tick. */
  get number(): number {
    return this.#number;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(this.#tickMs, () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.now();
    const isLate = now - this.#lastMs > 2 * this.#tickMs;
    this.#lastMs = now;
    this.#arm();
    if (isLate) this.#clock.defer(() => this.#count());
    else this.#count();
  }

  #count(): void {
    if (this.#stopped) return;
    this.#number += 1;
    this.#tick(this.#number, this.#clock.now());
  }
}
