'use client';

import type { Metric, MetricRange } from '@fleetlm/client/admin';
import { useMemo } from 'react';
import {
  formatBytes,
  formatCount,
  formatMs,
  formatPerSecond,
  formatShare,
} from '@/common/format-figures.ts';
import { formatDuration } from '@/common/format-time.ts';
import { Segments } from '@/ui/segments.tsx';
import { useCluster, useHistory } from '../cluster-provider.tsx';
import { ChartPanel } from './chart-panel.tsx';

interface ChartLooks {
  readonly title: string;
  readonly normal: string;
  readonly format: (value: number) => string;
  readonly atLeast: number;
}

const LOOKS: Readonly<Record<Metric, ChartLooks>> = {
  loop_delay_ms: {
    title: 'Event loop, worst delay',
    normal: 'normal < 50 ms; a blocked loop causes false elections',
    format: formatMs,
    atLeast: 50,
  },
  loop_utilization: {
    title: 'Event loop, busy',
    normal: 'normal < 70 %',
    format: formatShare,
    atLeast: 1,
  },
  wal_sync_p99_ms: {
    title: 'Log sync p99',
    normal: 'normal < 10 ms',
    format: formatMs,
    atLeast: 10,
  },
  entries_appended_per_s: {
    title: 'Entries appended',
    normal: 'to each replica’s log',
    format: formatPerSecond,
    atLeast: 10,
  },
  entries_applied_per_s: {
    title: 'Entries applied',
    normal: 'the same as appended',
    format: formatPerSecond,
    atLeast: 10,
  },
  elections: { title: 'Elections begun', normal: 'normal 0', format: formatCount, atLeast: 4 },
  flush_backlog: {
    title: 'Flush backlog',
    normal: 'normal < 50,000 messages',
    format: formatCount,
    atLeast: 100,
  },
  flush_rows_per_s: {
    title: 'Written to Postgres',
    normal: 'in bursts, every few seconds',
    format: formatPerSecond,
    atLeast: 10,
  },
  dispatch_queued: {
    title: 'Agent calls queued',
    normal: 'normal 0',
    format: formatCount,
    atLeast: 10,
  },
  dispatch_running: {
    title: 'Agent calls in flight',
    normal: '',
    format: formatCount,
    atLeast: 10,
  },
  dispatch_failures: {
    title: 'Failed attempts',
    normal: 'normal 0',
    format: formatCount,
    atLeast: 4,
  },
  rss_bytes: { title: 'Memory', normal: 'resident', format: formatBytes, atLeast: 134_217_728 },
  heap_used_bytes: {
    title: 'Heap used',
    normal: 'of JavaScript',
    format: formatBytes,
    atLeast: 67_108_864,
  },
};

const RANGES: readonly { readonly value: MetricRange; readonly label: string }[] = [
  { value: '15m', label: '15 min' },
  { value: '24h', label: '24 h' },
];

export interface ChartsProps {
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Only this node; left out: all. */
  readonly nodeId?: string;
}

/** Charts with one axis of time and one cursor. */
export function Charts({ title, metrics, nodeId }: ChartsProps) {
  const { cluster } = useCluster();
  const history = useHistory();
  const nodeIds = useMemo(
    () => (nodeId === undefined ? cluster.nodes.map((node) => node.node_id) : [nodeId]),
    [cluster.nodes, nodeId],
  );
  const key = nodeIds.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same names are the same list
  const stableIds = useMemo(() => nodeIds, [key]);
  const silent = stableIds.filter((id) => history.nodes.get(id)?.answered === false);
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-3">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 className="font-semibold">{title}</h2>
        <div className="flex flex-wrap items-center gap-3">
          <p className="text-xs text-muted">
            {history.problem !== null ? (
              <span className="text-warn">{history.problem}</span>
            ) : (
              'reported by each node of itself'
            )}
            {silent.length > 0 && (
              <span className="text-warn"> · no report from {silent.join(', ')}</span>
            )}
            {history.answeredAtMs !== null && history.problem !== null && (
              <> · last {formatDuration(Date.now() - history.answeredAtMs)} ago</>
            )}
          </p>
          <Segments
            label="Range of the charts"
            value={history.range}
            choices={RANGES}
            onChange={history.setRange}
          />
        </div>
      </header>
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {metrics.map((metric) => (
          <ChartPanel
            key={metric}
            metric={metric}
            history={history.nodes}
            nodeIds={stableIds}
            range={history.range}
            {...LOOKS[metric]}
          />
        ))}
      </div>
    </section>
  );
}
