/** Time as host and mesh see it: monotonic milliseconds; never the wall clock. */
export interface Clock {
  now(): number;
  setTimer(delayMs: number, fire: () => void): Timer;
  /** Runs after the I/O that is already waiting has been handled (one turn of the event loop). */
  defer(run: () => void): void;
  /** Runs at the end of the present callback, before any other event. */
  soon(run: () => void): void;
}

/** A callback that is due. Cancelled twice, or after it has run, it does nothing. */
export interface Timer {
  cancel(): void;
}
