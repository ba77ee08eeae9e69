import { folded, type MetricColumns, type MetricPoint, MetricRing } from './metric-ring.ts';

export type MetricRange = '15m' | '24h';

/** 15 minutes of seconds. */
const SECONDS_MAX = 900;
/** 24 hours of minutes. */
const MINUTES_MAX = 1_440;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A node's own past, in its memory: 15 minutes by the second, 24 hours by the minute. Gone when it ends. */
export class MetricHistory {
  readonly #seconds = new MetricRing(SECONDS_MAX);
  readonly #minutes = new MetricRing(MINUTES_MAX);
  #minute: MetricPoint[] = [];
  #minuteEndsMs = 0;

  record(atMs: number, point: MetricPoint): void {
    if (this.#minute.length > 0 && atMs >= this.#minuteEndsMs) {
      this.#minutes.push(this.#minuteEndsMs, folded(this.#minute));
      this.#minute = [];
    }
    if (this.#minute.length === 0)
      this.#minuteEndsMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    this.#minute.push(point);
    this.#seconds.push(atMs, point);
  }

  stepMs(range: MetricRange): number {
    return range === '15m' ? SECOND_MS : MINUTE_MS;
  }

  after(range: MetricRange, afterMs: number): MetricColumns {
    return (range === '15m' ? this.#seconds : this.#minutes).after(afterMs);
  }
}
