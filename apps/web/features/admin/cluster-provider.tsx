'use client';

import { ClusterFeed, type ClusterState, type MetricRange } from '@fleetlm/client/admin';
import { useFleetClient, useStore } from '@fleetlm/client/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { fetchAdminToken } from '@/common/fetch-token.ts';
import { type ClusterHealth, clusterHealth } from './overview/cluster-health.ts';
import { continueHistory, fetchEvents, NO_HISTORY, type PolledHistory } from './queries.ts';
import { type Freshness, useFreshness } from './use-freshness.ts';

/** How often the nodes are asked for what they remember. */
const EVERY_MS: Readonly<Record<MetricRange, number>> = { '15m': 4_000, '24h': 30_000 };

interface Sources {
  readonly feed: ClusterFeed;
  /** Of the charts: the same on all pages. */
  readonly range: MetricRange;
  readonly setRange: (range: MetricRange) => void;
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
  const [feed] = useState(
    () => new ClusterFeed({ nodes: nodeUrls, token: () => fetchAdminToken(userId) }),
  );
  const [range, setRange] = useState<MetricRange>('15m');
  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  // What happened while this page was away, too: again with every new connection.
  const isOnline = useStore(feed.connection).status === 'online';
  useEffect(() => {
    if (isOnline) fetchEvents().then((events) => feed.addEarlierEvents(events), reportError);
  }, [feed, isOnline]);
  const sources = useMemo(() => ({ feed, range, setRange }), [feed, range]);
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

export interface History extends PolledHistory {
  readonly range: MetricRange;
  readonly setRange: (range: MetricRange) => void;
}

/** What the nodes remember of themselves, kept up to date while this is mounted and the page is visible. */
export function useHistory(): History {
  const { range, setRange } = useSources();
  const queries = useQueryClient();
  const queryKey = ['metrics', range];
  const { data } = useQuery({
    queryKey,
    queryFn: () => continueHistory(queries.getQueryData(queryKey) ?? NO_HISTORY, range),
    refetchInterval: EVERY_MS[range],
    refetchOnWindowFocus: true,
    // It is made of maps, which are shared already.
    structuralSharing: false,
  });
  return { ...(data ?? NO_HISTORY), range, setRange };
}
