import type { AgentStatsAnswer, AgentWindow } from '@fleetlm/protocol';
import type { ReactNode } from 'react';
import { formatDuration } from '@/shared/format-time.ts';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';

/** How the agent does: now, in the last quarter of an hour, in the last day; and who says so. */
export function AgentFigures({ answer }: { readonly answer: AgentStatsAnswer }) {
  const { stats, is_complete, nodes } = answer;
  return (
    <div className="flex flex-col gap-5">
      {!is_complete && (
        <Notice tone="warn" role="status">
          A node can’t be reached: what only it has seen is missing from these figures.
        </Notice>
      )}
      <dl className="grid grid-cols-3 gap-3">
        <Figure label="In flight" value={stats.in_flight} />
        <Figure label="Waiting" value={stats.queued} />
        <Figure label="Retrying" value={stats.retrying} />
      </dl>
      <div className="overflow-x-auto rounded-lg border border-border bg-surface">
        <table className="w-full text-left text-sm">
          <thead className="text-xs text-muted">
            <tr className="border-b border-border [&>*]:px-4 [&>*]:py-2 [&>*]:font-medium">
              <td />
              <th scope="col">Last 15 minutes</th>
              <th scope="col">Last 24 hours</th>
            </tr>
          </thead>
          <tbody className="tabular">
            {ROWS.map(([label, figure]) => (
              <tr
                key={label}
                className="border-b border-border last:border-b-0 [&>*]:px-4 [&>*]:py-2"
              >
                <th scope="row" className="font-normal text-muted">
                  {label}
                </th>
                <td>{figure(stats.last_15_min)}</td>
                <td>{figure(stats.last_24_h)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="flex flex-col gap-1 text-xs text-muted" aria-label="Who reported">
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

type Figures = readonly [label: string, figure: (window: AgentWindow) => ReactNode];

const ROWS: readonly Figures[] = [
  ['Answered', ({ delivered }) => delivered],
  ['Success rate', ({ success_rate }) => percent(success_rate)],
  ['Broken off', ({ broken_off }) => broken_off],
  ['Dead', ({ dead }) => dead],
  ['Failed attempts', ({ failed_attempts }) => failed_attempts],
  ['First word, p50 / p95', ({ first_token_ms }) => times(first_token_ms)],
  ['Whole answer, p50 / p95', ({ total_ms }) => times(total_ms)],
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
    <div className="rounded-lg border border-border bg-surface px-4 py-3">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="tabular text-xl font-semibold">{value}</dd>
    </div>
  );
}
