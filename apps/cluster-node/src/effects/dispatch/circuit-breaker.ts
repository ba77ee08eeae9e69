import { doubledMs, jitteredMs } from '@fleetlm/protocol';

/** So many failures in a row, and an agent is left alone for a while. */
export const BREAKER_FAILURES_MAX = 10;
export const BREAKER_OPEN_MS = 2_000;
export const BREAKER_OPEN_MS_MAX = 30_000;

export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * Keeps calls away from an agent that is not well: after BREAKER_FAILURES_MAX failures in a row none for a while, then a
 * single one that decides. The pause doubles with every such call that fails. Time and chance are inputs.
 */
export class CircuitBreaker {
  #failures = 0;
  #openings = 0;
  #openUntilMs = 0;
  #isProbing = false;

  get failuresInRow(): number {
    return this.#failures;
  }

  /** Milliseconds of the caller's clock. */
  get openUntilMs(): number {
    return this.#openUntilMs;
  }

  stateAt(nowMs: number): BreakerState {
    if (this.#openings === 0) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'half-open';
  }

  /** Whether a call may begin now. */
  allows(nowMs: number): boolean {
    switch (this.stateAt(nowMs)) {
      case 'closed':
        return true;
      case 'open':
        return false;
      case 'half-open':
        return !this.#isProbing;
    }
  }

  /** A call begins. */
  began(nowMs: number): void {
    if (this.stateAt(nowMs) === 'half-open') this.#isProbing = true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#isProbing = false;
  }

  /** The call shows nothing about the agent (it was refused here, or dropped). */
  undecided(): void {
    this.#isProbing = false;
  }

  /** `random` is in [0, 1): the pause is between half and the whole of what is due. */
  failed(nowMs: number, random: number): void {
    this.#failures += 1;
    const state = this.stateAt(nowMs);
    this.#isProbing = false;
    // Calls that were under way when it opened fail late; they add nothing.
    if (state === 'open' || this.#failures < BREAKER_FAILURES_MAX) return;
    const pause = doubledMs(this.#openings, BREAKER_OPEN_MS, BREAKER_OPEN_MS_MAX);
    this.#openings += 1;
    this.#openUntilMs = nowMs + jitteredMs(pause, random);
  }
}
