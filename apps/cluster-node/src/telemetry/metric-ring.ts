import { byMetric, METRIC_NAMES, type MetricName } from '@fleetlm/protocol';

/** How the points of a minute are made of its seconds. */
export type Fold = 'worst' | 'mean' | 'sum';

/** What a node keeps of itself, and how its minutes are made. Null in a point: not known, which is never zero. */
export const METRICS = {
  /** The latest that the event loop was in the step, in milliseconds. */
  loop_delay_ms: 'worst',
  /** Busy part of the event loop, 0 to 1. */
  loop_utilization: 'mean',
  /** Of the newest syncs of the log, in milliseconds. */
  wal_sync_p99_ms: 'worst',
  entries_appended_per_s: 'mean',
  entries_applied_per_s: 'mean',
  /** Campaigns begun here within the step. */
  elections: 'sum',
  flush_backlog: 'worst',
  flush_rows_per_s: 'mean',
  dispatch_queued: 'worst',
  dispatch_running: 'worst',
  /** Attempts to call an agent that failed within the step. */
  dispatch_failures: 'sum',
  rss_bytes: 'worst',
  heap_used_bytes: 'worst',
} as const satisfies Readonly<Record<MetricName, Fold>>;

export type MetricPoint = Readonly<Record<MetricName, number | null>>;

/** Points after a moment, by column. */
export interface MetricColumns {
  /** Unix milliseconds, ascending. */
  readonly timesMs: number[];
  readonly series: Record<MetricName, (number | null)[]>;
}

/** The newest points of a node, in arrays that are made once: nothing grows, nothing is collected. */
export class MetricRing {
  readonly #capacity: number;
  readonly #times: Float64Array;
  readonly #columns: Readonly<Record<MetricName, Float64Array>>;
  /** Points ever pushed. */
  #pushed = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#columns = byMetric(() => new Float64Array(capacity));
  }

  push(atMs: number, point: MetricPoint): void {
    const at = this.#pushed % this.#capacity;
    this.#times[at] = atMs;
    for (const name of METRIC_NAMES) this.#columns[name][at] = point[name] ?? Number.NaN;
    this.#pushed += 1;
  }

  /** Points later than `afterMs`. */
  after(afterMs: number): MetricColumns {
    const places: number[] = [];
    for (let index = Math.max(0, this.#pushed - this.#capacity); index < this.#pushed; index += 1) {
      const at = index % this.#capacity;
      if ((this.#times[at] ?? 0) > afterMs) places.push(at);
    }
    return {
      timesMs: places.map((at) => this.#times[at] ?? 0),
      series: byMetric((name) => places.map((at) => known(this.#columns[name][at]))),
    };
  }
}

/** One point of many: null only where none of them knows. */
export function folded(points: readonly MetricPoint[]): MetricPoint {
  return byMetric((name) => {
    const values = points.map((point) => point[name]).filter((value) => value !== null);
    if (values.length === 0) return null;
    const sum = values.reduce((total, value) => total + value, 0);
    switch (METRICS[name]) {
      case 'worst':
        return Math.max(...values);
      case 'mean':
        return sum / values.length;
      case 'sum':
        return sum;
      default:
        return METRICS[name] satisfies never;
    }
  });
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
