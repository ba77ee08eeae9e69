import clsx from 'clsx';
import { formatNumber } from '@/common/format-figures.ts';
import { BACKLOG_NORMAL_MAX, type ClusterHealth, LAG_NORMAL_MAX } from './cluster-health.ts';

export interface ClusterFiguresProps {
  readonly health: ClusterHealth;
  readonly nodes: number;
  readonly groups: number;
}

/** The few numbers that tell whether all is well, each beside what is normal. */
export function ClusterFigures({ health, nodes, groups }: ClusterFiguresProps) {
  const isKnown = groups > 0;
  const led = isKnown ? groups - health.leaderless : null;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border sm:grid-cols-3 lg:grid-cols-6">
      <FigureCell
        label="Nodes up"
        value={nodes === 0 ? null : health.nodesUp}
        of={nodes}
        isBad={health.nodesUp < nodes}
        normal={`normal ${nodes === 0 ? 'all' : nodes}`}
      />
      <FigureCell
        label="Groups led"
        value={led}
        of={groups}
        isBad={health.leaderless > 0}
        normal="normal all"
      />
      <FigureCell
        label="Without quorum"
        value={isKnown ? health.withoutQuorum : null}
        isBad={health.withoutQuorum > 0}
        normal="normal 0"
      />
      <FigureCell
        label="Under-replicated"
        value={isKnown ? health.underReplicated : null}
        isBad={health.underReplicated > 0}
        normal="normal 0"
      />
      <FigureCell
        label="Apply lag, worst"
        value={health.lagMax}
        isBad={(health.lagMax ?? 0) > LAG_NORMAL_MAX}
        normal={`normal < ${LAG_NORMAL_MAX}`}
      />
      <FigureCell
        label="Flush backlog"
        value={health.flushBacklog}
        isBad={(health.flushBacklog ?? 0) > BACKLOG_NORMAL_MAX}
        normal={`normal < ${formatNumber(BACKLOG_NORMAL_MAX)}`}
      />
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: number | null;
  readonly of?: number;
  readonly isBad: boolean;
  readonly normal: string;
}

function FigureCell({ label, value, of, isBad, normal }: FigureProps) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className={clsx('tabular text-xl', value !== null && isBad && 'text-critical')}>
        {value === null ? (
          <span className="text-base text-muted">unknown</span>
        ) : (
          formatNumber(value)
        )}
        {value !== null && of !== undefined && <span className="text-sm text-muted"> / {of}</span>}
      </dd>
      <dd className="text-xs text-muted">{normal}</dd>
    </div>
  );
}
