/** What a group had committed at a moment. */
export interface IndexSample {
  readonly group: number;
  readonly commitIndex: number;
  /** Unix milliseconds of this device. */
  readonly atMs: number;
}

const WINDOW_MS = 10_000;
/** Reports come once a second: over less than this the rate would be noise. */
const SPAN_MS_MIN = 2_000;

/** The samples of the last seconds and the new one; another group's, or an index that went back, begin anew. */
export function withSample(
  samples: readonly IndexSample[],
  sample: IndexSample,
): readonly IndexSample[] {
  const last = samples.at(-1);
  if (last?.group !== sample.group || last.commitIndex > sample.commitIndex) return [sample];
  const from = samples.findLastIndex(({ atMs }) => sample.atMs - atMs >= WINDOW_MS);
  return [...samples.slice(Math.max(0, from)), sample];
}

/** An index that does not change makes no new samples, so time counts up to now; null: watched for too short a time. */
export function entriesPerSecond(samples: readonly IndexSample[], nowMs: number): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || nowMs - first.atMs < SPAN_MS_MIN) return null;
  return ((last.commitIndex - first.commitIndex) * 1_000) / (nowMs - first.atMs);
}
