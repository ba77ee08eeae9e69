'use client';

import { ClusterFeed, type ClusterState } from '@fleetlm/client/admin';
import { useFleetClient, useStore } from '@fleetlm/client/react';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { fetchAdminToken } from '@/shared/fetch-token.ts';
import { MetricsPoller, type PolledHistory } from './metrics-poller.ts';
import { fetchEvents } from './operator-calls.ts';
import { type ClusterHealth, clusterHealth } from './overview/cluster-health.ts';
import { type Freshness, useFreshness } from './use-freshness.ts';

interface Sources {
  readonly feed: ClusterFeed;
  readonly poller: MetricsPoller;
}

const ClusterContext = createContext<Sources | null>(null);

/** One connection and one past for all pages of the admin area. */
export function ClusterProvider({
  nodeUrls,
  children,
}: {
  readonly nodeUrls: readonly string[];
  readonly children: ReactNode;
}) {
  const { userId } = useFleetClient();
  const [sources] = useState<Sources>(() => ({
    feed: new ClusterFeed({ nodes: nodeUrls, token: () => fetchAdminToken(userId) }),
    poller: new MetricsPoller('15m'),
  }));
  useEffect(() => {
    sources.feed.start();
    return () => sources.feed.stop();
  }, [sources]);
  // What happened while this page was away, too: again with every new connection.
  const isOnline = useStore(sources.feed.connection).status === 'online';
  useEffect(() => {
    if (isOnline)
      fetchEvents().then((events) => sources.feed.addEarlierEvents(events), reportError);
  }, [sources, isOnline]);
  return <ClusterContext value={sources}>{children}</ClusterContext>;
}

function useSources(): Sources {
  const sources = useContext(ClusterContext);
  if (sources === null) throw new Error('There is no ClusterProvider around this component.');
  return sources;
}

export interface Cluster {
  readonly cluster: ClusterState;
  readonly health: ClusterHealth;
  readonly freshness: Freshness;
  readonly isConnected: boolean;
}

/** The cluster, live. */
export function useCluster(): Cluster {
  const { feed } = useSources();
  const cluster = useStore(feed.state);
  const { status } = useStore(feed.connection);
  const freshness = useFreshness(cluster.receivedAtMs);
  const health = useMemo(() => clusterHealth(cluster), [cluster]);
  return { cluster, health, freshness, isConnected: status === 'online' };
}

/** What the nodes remember of themselves, kept up to date while this is mounted. */
export function useHistory(): { readonly history: PolledHistory; readonly poller: MetricsPoller } {
  const { poller } = useSources();
  useEffect(() => poller.look(), [poller]);
  return { history: useStore(poller.history), poller };
}
