'use client';

import type { AgentStatsAnswer, AgentWindow } from '@fleetlm/protocol';
import type { ReactNode } from 'react';
import { formatDuration } from '@/common/format-time.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';
import { OutcomeBar } from './outcome-bar.tsx';

/** How the agent does: now, in the last quarter of an hour, in the last day; and who says so. */
export function AgentFigures({ answer }: { readonly answer: AgentStatsAnswer }) {
  const { stats, is_complete, nodes } = answer;
  return (
    <div className="flex flex-col gap-5">
      {!is_complete && (
        <Notice tone="warn" role="status">
          A node is unreachable: its share is missing from these metrics.
        </Notice>
      )}
      <dl className="grid grid-cols-3 gap-3">
        <Figure label="In flight" value={stats.in_flight} />
        <Figure label="Queued" value={stats.queued} />
        <Figure label="Retrying" value={stats.retrying} />
      </dl>
      <div className="grid gap-3 md:grid-cols-2">
        <OutcomeBar title="Last 15 minutes" window={stats.last_15_min} />
        <OutcomeBar title="Last 24 hours" window={stats.last_24_h} />
      </div>
      <DataTable
        columns={COLUMNS}
        rows={ROWS.map((row) => ({ ...row, stats }))}
        rowKey={({ label }) => label}
        density="roomy"
        tableClassName="text-sm [&>tbody]:tabular"
      />
      <ul className="flex flex-col gap-1 text-xs text-muted" aria-label="Reported by">
        {nodes.map((node) => (
          <li key={node.node_id}>
            {node.node_id}:{' '}
            {node.state === 'unreachable' || node.since === null ? (
              'unreachable'
            ) : (
              <>
                counts since <LocalTime iso={node.since} />
                {node.breaker === 'open' && ', leaves the agent alone after failures in a row'}
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Line {
  readonly label: string;
  readonly figure: (window: AgentWindow) => ReactNode;
}

const ROWS: readonly Line[] = [
  { label: 'Delivered', figure: ({ delivered }) => delivered },
  { label: 'Success rate', figure: ({ success_rate }) => percent(success_rate) },
  { label: 'Interrupted', figure: ({ broken_off }) => broken_off },
  { label: 'Dead letters', figure: ({ dead }) => dead },
  { label: 'Failed attempts', figure: ({ failed_attempts }) => failed_attempts },
  { label: 'First token, p50 / p95', figure: ({ first_token_ms }) => times(first_token_ms) },
  { label: 'Full reply, p50 / p95', figure: ({ total_ms }) => times(total_ms) },
];

type Row = Line & Pick<AgentStatsAnswer, 'stats'>;

const COLUMNS: readonly DataColumn<Row>[] = [
  {
    id: 'label',
    header: '',
    isRowHeader: true,
    className: 'font-normal text-muted',
    cell: ({ label }) => label,
  },
  {
    id: '15-min',
    header: 'Last 15 minutes',
    cell: ({ figure, stats }) => figure(stats.last_15_min),
  },
  { id: '24-h', header: 'Last 24 hours', cell: ({ figure, stats }) => figure(stats.last_24_h) },
];

const UNKNOWN = <span className="text-muted">none yet</span>;

function percent(share: number | null): ReactNode {
  return share === null ? UNKNOWN : `${(share * 100).toFixed(1)} %`;
}

function times(percentiles: AgentWindow['total_ms']): ReactNode {
  if (percentiles === null) return UNKNOWN;
  return `${formatDuration(percentiles.p50)} / ${formatDuration(percentiles.p95)}`;
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <div className="rounded-lg border border-border bg-surface px-4 py-3 shadow-card">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="tabular text-xl font-semibold">{value}</dd>
    </div>
  );
}
