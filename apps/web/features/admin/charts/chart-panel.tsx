'use client';

import type { ClusterHistory, Metric, MetricRange } from '@fleetlm/client/admin';
import { memo, useId, useMemo, useState } from 'react';
import { formatClock } from '@/common/format-time.ts';
import { Unknown } from '../unknown.tsx';
import { type ChartData, chartData } from './chart-data.ts';
import { DASHES, seriesColour } from './series-looks.ts';
import { TimeChart } from './time-chart.tsx';

export interface ChartPanelProps {
  readonly title: string;
  /** What is normal, in words. */
  readonly normal: string;
  readonly metric: Metric;
  readonly history: ClusterHistory;
  readonly nodeIds: readonly string[];
  readonly range: MetricRange;
  readonly format: (value: number) => string;
  readonly atLeast: number;
}

/** A chart with its title, what is normal, and a legend that says now and the highest in words. */
export const ChartPanel = memo(function ChartPanel(props: ChartPanelProps) {
  const { title, normal, metric, history, nodeIds, range, format, atLeast } = props;
  const id = useId();
  const [cursor, setCursor] = useState<number | null>(null);
  const data = useMemo(
    () => chartData(history, nodeIds, metric, range),
    [history, nodeIds, metric, range],
  );
  return (
    <section
      aria-labelledby={id}
      className="flex min-w-0 flex-col rounded-lg border border-border bg-surface p-3 pb-1.5"
    >
      <header className="mb-1 flex flex-wrap items-baseline justify-between gap-x-3">
        <h3 id={id} className="font-medium">
          {title}
        </h3>
        <p className="text-xs text-muted">{normal}</p>
      </header>
      <Legend data={data} cursor={cursor} format={format} />
      <TimeChart
        data={data}
        label={`${title} over time. The arrow keys move the cursor; the values are above.`}
        syncKey={range}
        format={format}
        atLeast={atLeast}
        onCursor={setCursor}
      />
    </section>
  );
});

interface LegendProps {
  readonly data: ChartData;
  readonly cursor: number | null;
  readonly format: (value: number) => string;
}

function Legend({ data, cursor, format }: LegendProps) {
  const at = cursor === null ? null : (data.times[cursor] ?? null);
  return (
    <ul
      className="mb-auto flex min-h-9 flex-wrap content-start gap-x-4 text-xs"
      aria-label="Values"
    >
      {data.lines.map((line, index) => (
        <li key={line.nodeId} className="flex items-center gap-1.5">
          <svg width="18" height="6" aria-hidden="true">
            <line
              x1="0"
              y1="3"
              x2="18"
              y2="3"
              stroke={seriesColour(index)}
              strokeWidth="2"
              strokeDasharray={(DASHES[index % DASHES.length] ?? []).join(' ')}
            />
          </svg>
          <span className="tabular text-muted">{line.nodeId}</span>
          <Value
            value={at === null ? line.latest : (line.values[cursor ?? 0] ?? null)}
            format={format}
          />
          {at === null && line.highest !== null && (
            <span className="text-muted">max {format(line.highest)}</span>
          )}
        </li>
      ))}
      {at !== null && <li className="tabular text-muted">{formatClock(at * 1_000)}</li>}
    </ul>
  );
}

function Value({
  value,
  format,
}: {
  readonly value: number | null;
  readonly format: (value: number) => string;
}) {
  return value === null ? <Unknown /> : <span className="tabular">{format(value)}</span>;
}
