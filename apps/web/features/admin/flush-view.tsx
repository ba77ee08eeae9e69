'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { toast } from 'sonner';
import { formatDuration } from '@/shared/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { ScrollRegion } from '@/ui/scroll-region.tsx';
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
      lead="Messages are safe on a quorum of disks before they are in Postgres. Here is what Postgres still lacks."
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
          <Unknown word="How much waits is unknown." />
        ) : backlog === 0 ? (
          'Everything is in Postgres.'
        ) : (
          `${backlog.toLocaleString()} ${backlog === 1 ? 'message waits' : 'messages wait'}.`
        )}
      </p>
      <ScrollRegion
        label="Flushers by node"
        className="overflow-x-auto rounded-lg border border-border bg-surface"
      >
        <table className="w-full min-w-[760px] text-left">
          <thead className="text-xs text-muted">
            <tr className="border-b border-border [&>th]:px-3 [&>th]:py-2 [&>th]:font-medium">
              <th scope="col">Node</th>
              <th scope="col">Postgres</th>
              <th scope="col" className="text-right">
                Waiting
              </th>
              <th scope="col" className="text-right">
                Written
              </th>
              <th scope="col" className="text-right">
                Passes
              </th>
              <th scope="col" className="text-right">
                Failed
              </th>
              <th scope="col" className="text-right">
                In conflict
              </th>
              <th scope="col">Last success</th>
              <th scope="col">Last error</th>
            </tr>
          </thead>
          <tbody>
            {cluster.nodes.map(({ node_id }) => {
              const node = nodes.get(node_id);
              const flush = node?.answered === true ? node.flush : null;
              return (
                <tr key={node_id} className="h-9 border-b border-border last:border-b-0 [&>*]:px-3">
                  <th scope="row" className="tabular font-medium">
                    {node_id}
                  </th>
                  <td className={flush?.database_up === false ? 'text-warn' : undefined}>
                    {flush?.database_up == null ? <Unknown /> : flush.database_up ? 'up' : '! away'}
                  </td>
                  {[
                    flush?.backlog,
                    flush?.rows_flushed,
                    flush?.passes,
                    flush?.failures,
                    flush?.conflicted_sessions,
                  ].map((value, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
                    <td key={index} className="text-right">
                      <Figure value={value ?? null} />
                    </td>
                  ))}
                  <td className="tabular whitespace-nowrap">
                    {flush === null ? (
                      <Unknown />
                    ) : flush.last_success_at === null ? (
                      'never'
                    ) : (
                      `${formatDuration(ageOf(flush.last_success_at, node?.reported_at))} ago`
                    )}
                  </td>
                  <td className="max-w-64 truncate" title={flush?.last_error ?? undefined}>
                    {flush === null ? <Unknown /> : (flush.last_error ?? 'none')}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollRegion>
      {worst.length > 0 && (
        <section aria-labelledby="worst-title">
          <h2 id="worst-title" className="mb-2 font-semibold">
            Groups with the most waiting
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
      <Charts title="How it has been" metrics={['flush_backlog', 'flush_rows_per_s']} />
    </AdminPage>
  );
}

/** Both by the node's own clock. */
function ageOf(at: string, reportedAt: string | undefined): number {
  return Math.max(0, Date.parse(reportedAt ?? at) - Date.parse(at));
}

function FlushNow() {
  const flush = useMutation({
    mutationFn: flushNow,
    onSuccess: (rows) =>
      toast.success(
        `${rows.toLocaleString()} ${rows === 1 ? 'message was' : 'messages were'} written.`,
      ),
    onError: (error) => toast.error(error.message),
  });
  return (
    <Button disabled={flush.isPending} onClick={() => flush.mutate()}>
      {flush.isPending ? 'Writing…' : 'Flush now'}
    </Button>
  );
}
