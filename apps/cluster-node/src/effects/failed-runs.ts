/** A run that came to nothing: its last attempt has failed for good. */
export interface FailedRun {
  readonly sessionId: string;
  readonly epoch: number;
  /** The text for users. */
  readonly error: string;
  readonly atMs: number;
}

/** Failures that wait for Postgres in the memory of a node; with more, the oldest is left out of the events. */
export const FAILED_RUNS_MAX = 4_096;
/** A replica that does not lead forgets failures after so long: its leader has written them, or Postgres was away for as long. */
export const FAILED_RUNS_KEPT_MS = 24 * 60 * 60_000;

/**
 * Failures of runs leave no row in the archive by themselves. Every replica keeps those that it applied, so that a new leader has
 * what the one before it could not write; written twice, they are one event.
 */
export class FailedRuns {
  readonly #wallClockMs: () => number;
  /** By session and epoch, oldest first. */
  readonly #runs = new Map<string, FailedRun>();
  #dropped = 0;

  constructor(wallClockMs: () => number) {
    this.#wallClockMs = wallClockMs;
  }

  /** Forgotten before they were written, since the node started. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#runs.size;
  }

  record(sessionId: string, epoch: number, error: string): void {
    const atMs = this.#wallClockMs();
    this.#runs.set(keyOf({ sessionId, epoch }), { sessionId, epoch, error, atMs });
    if (this.#runs.size <= FAILED_RUNS_MAX) return;
    const oldest = this.#runs.keys().next();
    if (oldest.done === true) return;
    this.#runs.delete(oldest.value);
    this.#dropped += 1;
  }

  /** Those that `isMine` says this node has to write, oldest first. */
  pending(isMine: (sessionId: string) => boolean): readonly FailedRun[] {
    const forgottenMs = this.#wallClockMs() - FAILED_RUNS_KEPT_MS;
    const pending: FailedRun[] = [];
    for (const [key, run] of this.#runs) {
      if (run.atMs < forgottenMs) this.#runs.delete(key);
      else if (isMine(run.sessionId)) pending.push(run);
    }
    return pending;
  }

  written(runs: readonly FailedRun[]): void {
    for (const run of runs) this.#runs.delete(keyOf(run));
  }
}

function keyOf({ sessionId, epoch }: Pick<FailedRun, 'sessionId' | 'epoch'>): string {
  return `${sessionId}:${epoch}`;
}
