import { EXCEPTIONS_MAX } from './dispatch-limits.ts';

interface Setback {
  readonly pauseMs: number;
  readonly untilMs: number;
  readonly exceptions: number;
}

/** Sessions whose work came to nothing: nothing is tried again without a pause, and no exception for ever. */
export class Setbacks {
  readonly #firstPauseMs: number;
  readonly #pauseMaxMs: number;
  readonly #sessions = new Map<string, Setback>();

  constructor(firstPauseMs: number, pauseMaxMs: number) {
    this.#firstPauseMs = firstPauseMs;
    this.#pauseMaxMs = pauseMaxMs;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How long the session is to be left alone; 0: not at all. */
  pauseMs(sessionId: string, nowMs: number): number {
    return Math.max(0, (this.#sessions.get(sessionId)?.untilMs ?? nowMs) - nowMs);
  }

  add(sessionId: string, nowMs: number, isException: boolean): void {
    const known = this.#sessions.get(sessionId);
    const pauseMs = Math.min(
      this.#pauseMaxMs,
      known === undefined ? this.#firstPauseMs : known.pauseMs * 2,
    );
    const exceptions = (known?.exceptions ?? 0) + (isException ? 1 : 0);
    this.#sessions.set(sessionId, { pauseMs, untilMs: nowMs + pauseMs, exceptions });
  }

  /** The work went on, or is not this node's any more. */
  clear(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  /** It threw so often that the turn is to be ended rather than tried. */
  isHopeless(sessionId: string): boolean {
    return (this.#sessions.get(sessionId)?.exceptions ?? 0) >= EXCEPTIONS_MAX;
  }
}
