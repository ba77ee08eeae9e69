'use client';

import { AdminPage } from '../admin-page.tsx';
import { Charts } from '../charts/charts.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { Reported } from '../reported.tsx';
import { NodesTable } from './nodes-table.tsx';

/** The nodes, how they are and how they have been. */
export function NodesView() {
  const live = useCluster();
  const { nodes, groups } = live.cluster;
  return (
    <AdminPage
      title="Nodes"
      lead="Each node reports its own metrics; the age says how old its report is."
      actions={<Reported {...live} />}
      isStale={live.freshness.kind === 'stale'}
    >
      <NodesTable nodes={nodes} groups={groups} isTitled={false} />
      <Charts
        title="History"
        metrics={[
          'loop_delay_ms',
          'loop_utilization',
          'wal_sync_p99_ms',
          'entries_appended_per_s',
          'rss_bytes',
          'heap_used_bytes',
        ]}
      />
    </AdminPage>
  );
}
