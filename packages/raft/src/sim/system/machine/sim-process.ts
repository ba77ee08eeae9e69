import type { Clock, Timer } from '../../../clock/clock.ts';
import type { RandomStream } from '../../harness/random.ts';
import type { Timeline } from '../timeline.ts';

/** What wakes an event loop: its timers, sockets and files, or the end of a turn. */
export type WakeKind = 'timer' | 'io' | 'check';

export interface ProcessOptions {
  readonly timeline: Timeline;
  /** Lengths of turns. */
  readonly random: RandomStream;
  /** A clock that runs at this rate and began at this offset. */
  readonly clockRate: number;
  readonly clockOffsetMs: number;
  readonly turnMsMax: number;
  /** After every callback of the process. */
  readonly onEvent: (kind: WakeKind) => void;
}

/**
 * A process with its event loop in virtual time: callbacks of timers and I/O, then those that were deferred to
 * the end of the turn. A process that is paused takes nothing in; one that is dead does nothing any more.
 */
export class SimProcess implements Clock {
  readonly #options: ProcessOptions;
  #soon: (() => void)[] = [];
  #deferred: (() => void)[] = [];
  #checkDue = false;
  #isAlive = true;
  /** What happened while it was paused; null: it isn't. */
  #held: { readonly kind: WakeKind; readonly run: () => void }[] | null = null;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#held !== null;
  }

  // --- the clock -----------------------------------------------------------------------------------

  now(): number {
    const { timeline, clockRate, clockOffsetMs } = this.#options;
    return clockOffsetMs + timeline.now * clockRate;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const { timeline, clockRate } = this.#options;
    const timer = { isCancelled: false };
    timeline.after(Math.max(1, delayMs) / clockRate, () => {
      if (timer.isCancelled) return;
      this.enter('timer', () => {
        if (!timer.isCancelled) fire();
      });
    });
    return {
      cancel: () => {
        timer.isCancelled = true;
      },
    };
  }

  // A property, since the snapshot store takes it without its object.
  readonly defer = (run: () => void): void => {
    this.#deferred.push(run);
    if (this.#checkDue) return;
    this.#checkDue = true;
    const { timeline, random, turnMsMax } = this.#options;
    timeline.after((random.below(1_000) / 1_000) * turnMsMax, () => {
      this.enter('check', () => this.#check());
    });
  };

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  #check(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    this.#checkDue = false;
    for (const run of deferred) {
      if (!this.#isAlive) return;
      run();
      this.#runSoon();
    }
  }

  #runSoon(): void {
    while (this.#isAlive && this.#soon.length > 0) {
      const soon = this.#soon;
      this.#soon = [];
      for (const run of soon) run();
    }
  }

  // --- what happens to it --------------------------------------------------------------------------

  /** Something happens to the process: now, or once it is resumed. */
  enter(kind: WakeKind, run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#held !== null) {
      this.#held.push({ kind, run });
      return;
    }
    run();
    this.#runSoon();
    this.#options.onEvent(kind);
  }

  pause(): void {
    this.#held ??= [];
  }

  /** `timersFirst` as the system does it after a stop; the other order comes of a callback that took long. */
  resume(timersFirst: boolean): void {
    const held = this.#held ?? [];
    this.#held = null;
    const first: WakeKind = timersFirst ? 'timer' : 'io';
    const second: WakeKind = timersFirst ? 'io' : 'timer';
    for (const kind of [first, second, 'check'] as const) {
      for (const wake of held) if (wake.kind === kind) this.enter(kind, wake.run);
    }
  }

  die(): void {
    this.#isAlive = false;
    this.#held = null;
    this.#deferred = [];
    this.#soon = [];
  }
}
