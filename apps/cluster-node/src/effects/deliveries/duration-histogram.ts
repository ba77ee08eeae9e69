/** Neighbouring buckets are this far apart, so a percentile is right within five per cent. */
const GROWTH = 1.1;
/** The last one holds everything from about three hours on. */
const BUCKET_MAX = 170;

/** How many durations fell into which bucket; only those that are not empty. Additive, so nodes can be summed. */
export type HistogramCounts = readonly (readonly [bucket: number, count: number])[];

/** Durations in milliseconds, in buckets that grow geometrically: small however many they are. */
export class DurationHistogram {
  readonly #counts = new Map<number, number>();

  add(durationMs: number): void {
    const bucket = Math.floor(Math.log(Math.max(1, durationMs)) / Math.log(GROWTH));
    this.#count(Math.min(BUCKET_MAX, bucket), 1);
  }

  merge(counts: HistogramCounts): void {
    for (const [bucket, count] of counts) this.#count(bucket, count);
  }

  get counts(): HistogramCounts {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }

  /** Milliseconds; null: nothing was measured. `fraction` is in (0, 1]. */
  percentile(fraction: number): number | null {
    const counts = this.counts;
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    let left = Math.ceil(total * fraction);
    for (const [bucket, count] of counts) {
      left -= count;
      if (left <= 0) return Math.round(GROWTH ** (bucket + 0.5) * 10) / 10;
    }
    return null;
  }

  #count(bucket: number, by: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + by);
  }
}

/** Null: nothing was measured. */
export function percentilesOf(
  counts: HistogramCounts,
): { readonly p50: number; readonly p95: number } | null {
  const histogram = new DurationHistogram();
  histogram.merge(counts);
  const [p50, p95] = [histogram.percentile(0.5), histogram.percentile(0.95)];
  return p50 === null || p95 === null ? null : { p50, p95 };
}
