import type { ClusterHistory, Metric, MetricRange } from '@fleetlm/client/admin';

export const STEP_MS: Readonly<Record<MetricRange, number>> = { '15m': 1_000, '24h': 60_000 };
export const SPAN_MS: Readonly<Record<MetricRange, number>> = {
  '15m': 900_000,
  '24h': 86_400_000,
};

export interface ChartLine {
  readonly nodeId: string;
  /** For each of `times`; null: not known. */
  readonly values: readonly (number | null)[];
  readonly latest: number | null;
  readonly highest: number | null;
}

export interface ChartData {
  /** Unix seconds, a step apart, over the whole range. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
}

/**
 * One metric of several nodes on one axis of time. The nodes look at themselves in their own seconds, a little
 * apart: each point goes to the nearest step, and a single step between two points is no gap.
 */
export function chartData(
  history: ClusterHistory,
  nodeIds: readonly string[],
  metric: Metric,
  range: MetricRange,
): ChartData {
  const step = STEP_MS[range];
  const ends = nodeIds.map((id) => history.get(id)?.times.at(-1) ?? 0);
  const last = Math.round(Math.max(0, ...ends) / step);
  const count = SPAN_MS[range] / step;
  const first = last - count + 1;
  const times = Array.from({ length: count }, (_, at) => ((first + at) * step) / 1_000);
  const lines = nodeIds.map((nodeId) => {
    const node = history.get(nodeId);
    const values: (number | null)[] = new Array<number | null>(count).fill(null);
    node?.times.forEach((at, index) => {
      const place = Math.round(at / step) - first;
      if (place >= 0 && place < count) values[place] = node.series[metric][index] ?? null;
    });
    bridge(values);
    const known = values.filter((value) => value !== null);
    return {
      nodeId,
      values,
      latest: node?.answered === true ? (known.at(-1) ?? null) : null,
      highest: known.length === 0 ? null : Math.max(...known),
    };
  });
  return { times: last === 0 ? [] : times, lines: last === 0 ? withoutValues(lines) : lines };
}

function withoutValues(lines: readonly ChartLine[]): readonly ChartLine[] {
  return lines.map((line) => ({ ...line, values: [] }));
}

function bridge(values: (number | null)[]): void {
  for (let at = 1; at < values.length - 1; at += 1) {
    const before = values[at - 1] ?? null;
    if (values[at] === null && before !== null && values[at + 1] !== null) values[at] = before;
  }
}
