/** How long chunks of one run are taken without a break. */
const SLICE_MS = 4;

/**
 * Cuts long work of many runs into slices, at most one in a turn of the event loop: however much agents send at once, the
 * node's sockets and timers are served in between.
 */
export class TurnSlices {
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  begin(): TurnSlice {
    let startedAt = performance.now();
    let cpuAt = cpuMs();
    let spentMs = 0;
    return {
      isOver: () => performance.now() - startedAt >= SLICE_MS,
      next: async () => {
        spentMs += cpuMs() - cpuAt;
        await this.#nextTurn();
        startedAt = performance.now();
        cpuAt = cpuMs();
      },
      spentMs: () => spentMs + cpuMs() - cpuAt,
    };
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

export interface TurnSlice {
  /** It has taken as long as it may. */
  isOver(): boolean;
  /** Resolves in a later turn. */
  next(): Promise<void>;
  /** Time of the processor, without what was waited: a busy machine is not the agent's doing. */
  spentMs(): number;
}
