'use client';

import { ClusterFeed } from '@fleetlm/client/admin';
import { useStore } from '@fleetlm/client/react';
import { useEffect, useMemo, useState } from 'react';
import { clusterHeadline } from '@/lib/cluster-headline.ts';
import { clusterHealth } from '@/lib/cluster-health.ts';
import { fetchClusterToken } from '../app/cluster-token.ts';
import { ClusterEvents } from './cluster-events.tsx';
import { ClusterFigures } from './cluster-figures.tsx';
import { ClusterHeader } from './cluster-header.tsx';
import { GroupDetails } from './group-details.tsx';
import { GroupGrid } from './group-grid.tsx';
import { NodesTable } from './nodes-table.tsx';
import { type Freshness, useFreshness } from './use-freshness.ts';

/** The cluster at a glance, live: can a node be lost, which nodes are there, who leads what. */
export function ClusterOverview({ nodeUrls }: { readonly nodeUrls: readonly string[] }) {
  const [feed] = useState(() => new ClusterFeed({ nodes: nodeUrls, token: fetchClusterToken }));
  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  const cluster = useStore(feed.state);
  const connection = useStore(feed.connection);
  const freshness = useFreshness(cluster.receivedAtMs);
  const [selected, setSelected] = useState<number | null>(null);
  const health = useMemo(() => clusterHealth(cluster), [cluster]);
  const group = cluster.groups.find((candidate) => candidate.group === selected);
  return (
    <div className="h-full overflow-y-auto text-sm">
      <div className="mx-auto flex max-w-6xl flex-col gap-5 p-4 md:p-6">
        <ClusterHeader
          headline={clusterHeadline(health, cluster.nodes.length)}
          freshness={freshness}
          reportedBy={cluster.reportedBy}
          isConnected={connection.status === 'online'}
        />
        <div className={dimmed(freshness)}>
          <ClusterFigures
            health={health}
            nodes={cluster.nodes.length}
            groups={cluster.groups.length}
          />
          <NodesTable nodes={cluster.nodes} groups={cluster.groups} />
          <div className="grid gap-5 lg:grid-cols-[auto_minmax(0,1fr)]">
            <GroupGrid
              nodes={cluster.nodes}
              groups={cluster.groups}
              selected={selected}
              onSelect={setSelected}
            />
            <div className="flex min-w-0 flex-col gap-5">
              {group !== undefined && (
                <GroupDetails
                  group={group}
                  nodes={cluster.nodes}
                  onClose={() => setSelected(null)}
                />
              )}
              <ClusterEvents events={cluster.events} />
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

function dimmed(freshness: Freshness): string {
  return `flex flex-col gap-5 ${freshness.kind === 'stale' ? 'opacity-60 grayscale' : ''}`;
}
