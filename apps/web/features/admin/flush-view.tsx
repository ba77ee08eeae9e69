'use client';

import type { ClusterHistory, NodeHistory } from '@fleetlm/client/admin';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { toast } from 'sonner';
import { formatNumber } from '@/common/format-figures.ts';
import { formatDuration } from '@/common/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { AdminPage } from './admin-page.tsx';
import { Charts } from './charts/charts.tsx';
import { useCluster, useHistory } from './cluster-provider.tsx';
import { groupName } from './groups/grid.ts';
import { flushNow } from './queries.ts';
import { Reported } from './reported.tsx';
import { Figure, Unknown } from './unknown.tsx';

const WORST_GROUPS = 8;

/** What is not in Postgres yet, where, and how the writing goes. */
export function FlushView() {
  const live = useCluster();
  const { cluster, health, freshness } = live;
  const { nodes } = useHistory();
  const worst = cluster.groups
    .filter(({ flush_backlog }) => (flush_backlog ?? 0) > 0)
    .sort((a, b) => (b.flush_backlog ?? 0) - (a.flush_backlog ?? 0))
    .slice(0, WORST_GROUPS);
  const backlog = health.flushBacklog;
  return (
    <AdminPage
      title="Flush"
      lead="Messages are on a quorum of disks before they are written to Postgres. The backlog is what Postgres still lacks."
      actions={
        <div className="flex flex-col items-end gap-2">
          <Reported {...live} />
          <FlushNow />
        </div>
      }
      isStale={freshness.kind === 'stale'}
    >
      <p className="text-lg">
        {backlog === null ? (
          <Unknown word="Backlog unknown." />
        ) : backlog === 0 ? (
          'All messages are in Postgres.'
        ) : (
          `${formatNumber(backlog)} ${backlog === 1 ? 'message' : 'messages'} in the backlog.`
        )}
      </p>
      <DataTable
        label="Flushers by node"
        columns={COLUMNS}
        rows={cluster.nodes.map(({ node_id }) => flusherOf(node_id, nodes))}
        rowKey={({ nodeId }) => nodeId}
        tableClassName="min-w-[760px]"
      />
      {worst.length > 0 && (
        <section aria-labelledby="worst-title">
          <h2 id="worst-title" className="mb-2 font-semibold">
            Largest backlogs by group
          </h2>
          <ul className="flex flex-wrap gap-2">
            {worst.map(({ group, flush_backlog }) => (
              <li key={group}>
                <Link
                  href={`/admin/groups?by=flush&g=${group.toString(16).padStart(2, '0')}`}
                  className="tabular inline-flex h-7 items-center gap-2 rounded-md border border-border bg-surface px-2.5 hover:bg-raised"
                >
                  {groupName(group)} <span className="text-muted">{flush_backlog}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Charts title="History" metrics={['flush_backlog', 'flush_rows_per_s']} />
    </AdminPage>
  );
}

interface Flusher {
  readonly nodeId: string;
  /** Null: not known. */
  readonly flush: NodeHistory['flush'] | null;
  readonly reportedAt: string | undefined;
}

function flusherOf(nodeId: string, nodes: ClusterHistory): Flusher {
  const node = nodes.get(nodeId);
  const flush = node?.answered === true ? node.flush : null;
  return { nodeId, flush, reportedAt: node?.reported_at };
}

type Count = 'backlog' | 'rows_flushed' | 'passes' | 'failures' | 'conflicted_sessions';

function countColumn(id: Count, header: string): DataColumn<Flusher> {
  return {
    id,
    header,
    isNumber: true,
    cell: ({ flush }) => <Figure value={flush?.[id] ?? null} />,
  };
}

const COLUMNS: readonly DataColumn<Flusher>[] = [
  {
    id: 'node',
    header: 'Node',
    isRowHeader: true,
    className: 'tabular',
    cell: ({ nodeId }) => nodeId,
  },
  {
    id: 'postgres',
    header: 'Postgres',
    className: ({ flush }) => (flush?.database_up === false ? 'text-warn' : undefined),
    cell: ({ flush }) =>
      flush?.database_up == null ? <Unknown /> : flush.database_up ? 'up' : '! unreachable',
  },
  countColumn('backlog', 'Backlog'),
  countColumn('rows_flushed', 'Written'),
  countColumn('passes', 'Passes'),
  countColumn('failures', 'Failed'),
  countColumn('conflicted_sessions', 'In conflict'),
  {
    id: 'last-success',
    header: 'Last success',
    className: 'tabular whitespace-nowrap',
    cell: ({ flush, reportedAt }) =>
      flush === null ? (
        <Unknown />
      ) : flush.last_success_at === null ? (
        'never'
      ) : (
        `${formatDuration(ageOf(flush.last_success_at, reportedAt))} ago`
      ),
  },
  {
    id: 'last-error',
    header: 'Last error',
    className: 'max-w-64 truncate',
    title: ({ flush }) => flush?.last_error ?? undefined,
    cell: ({ flush }) => (flush === null ? <Unknown /> : (flush.last_error ?? 'none')),
  },
];

/** Both by the node's own clock. */
function ageOf(at: string, reportedAt: string | undefined): number {
  return Math.max(0, Date.parse(reportedAt ?? at) - Date.parse(at));
}

function FlushNow() {
  const flush = useMutation({
    mutationFn: flushNow,
    onSuccess: (rows) =>
      toast.success(
        `${formatNumber(rows)} ${rows === 1 ? 'message was' : 'messages were'} written.`,
      ),
    onError: (error) => toast.error(error.message),
  });
  return (
    <Button disabled={flush.isPending} onClick={() => flush.mutate()}>
      {flush.isPending ? 'Writing…' : 'Flush now'}
    </Button>
  );
}
