import { Store } from '@fleetlm/client';
import {
  type ClusterHistory,
  EMPTY_HISTORY,
  knownUntil,
  type MetricRange,
  withMetrics,
} from '@fleetlm/client/admin';
import { fetchMetrics } from './operator-calls.ts';

const EVERY_MS: Readonly<Record<MetricRange, number>> = { '15m': 4_000, '24h': 30_000 };

export interface PolledHistory {
  readonly range: MetricRange;
  readonly nodes: ClusterHistory;
  /** When an answer came last, by this device; null: none yet. */
  readonly answeredAtMs: number | null;
  /** Why the newest question had no answer; null: it had one. */
  readonly problem: string | null;
}

/** Keeps up with what the nodes remember, while somebody looks. */
export class MetricsPoller {
  readonly history: Store<PolledHistory>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #round = 0;
  #lookers = 0;

  constructor(range: MetricRange) {
    this.history = new Store<PolledHistory>(nothing(range));
  }

  /** Asks until the returned function is called. */
  look(): () => void {
    this.#lookers += 1;
    if (this.#lookers === 1) this.#ask();
    let isLooking = true;
    return () => {
      if (!isLooking) return;
      isLooking = false;
      this.#lookers -= 1;
      if (this.#lookers === 0) this.#rest();
    };
  }

  choose(range: MetricRange): void {
    if (range === this.history.get().range) return;
    this.history.set(nothing(range));
    this.#rest();
    if (this.#lookers > 0) this.#ask();
  }

  #rest(): void {
    this.#round += 1;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ask(): void {
    this.#rest();
    const round = this.#round;
    const { range } = this.history.get();
    const next = () => {
      if (round === this.#round) this.#timer = setTimeout(() => this.#ask(), EVERY_MS[range]);
    };
    // Nobody sees a chart of a hidden page; the first look back asks again.
    if (document.visibilityState === 'hidden') {
      document.addEventListener('visibilitychange', next, { once: true });
      return;
    }
    fetchMetrics(range, knownUntil(this.history.get().nodes)).then(
      (answer) => {
        if (round !== this.#round) return;
        const before = this.history.get();
        const nodes = withMetrics(before.nodes, answer, range);
        this.history.set({ range, nodes, answeredAtMs: Date.now(), problem: null });
        next();
      },
      (error: Error) => {
        if (round !== this.#round) return;
        this.history.set({ ...this.history.get(), problem: error.message });
        next();
      },
    );
  }
}

function nothing(range: MetricRange): PolledHistory {
  return { range, nodes: EMPTY_HISTORY, answeredAtMs: null, problem: null };
}
