'use client';

import { METRICS } from '@fleetlm/client/admin';
import type { ReactNode } from 'react';
import { formatBytes, formatMs, formatNumber } from '@/common/format-figures.ts';
import { formatDuration } from '@/common/format-time.ts';
import { AdminPage } from '../admin-page.tsx';
import { Charts } from '../charts/charts.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { EventList } from '../events/event-list.tsx';
import { NodeActions } from '../operations/node-actions.tsx';
import { membershipWords } from '../overview/cluster-drains.ts';
import { Reported } from '../reported.tsx';
import { Unknown } from '../unknown.tsx';
import { NODE_STATES } from './node-states.ts';

const SHOWN_EVENTS = 20;

/** One node: what it is, what it does, how it has been, what happened to it. */
export function NodeView({ nodeId }: { readonly nodeId: string }) {
  const live = useCluster();
  const { cluster, freshness } = live;
  const node = cluster.nodes.find((candidate) => candidate.node_id === nodeId);
  if (node === undefined)
    return (
      <AdminPage title={nodeId} actions={<Reported {...live} />}>
        <p className="text-muted">
          {freshness.kind === 'none'
            ? 'Waiting for the first report…'
            : 'No node of this name in the cluster.'}
        </p>
      </AdminPage>
    );
  const state = NODE_STATES[node.state];
  const membership = membershipWords(node, cluster.groups);
  const isUp = node.state === 'up';
  const shown = <T,>(value: T | null, format: (value: T) => string): ReactNode =>
    !isUp || value === null ? <Unknown /> : format(value);
  const events = cluster.events.filter(
    (event) => event.node_id === nodeId || event.detail.startsWith(nodeId),
  );
  return (
    <AdminPage
      title={
        <>
          {nodeId}{' '}
          <span className={`text-base font-medium ${state.colour}`}>
            <span aria-hidden>{state.glyph}</span> {state.word}
            {membership === null ? '' : `, ${membership}`}
          </span>
        </>
      }
      lead={<span className="tabular">{node.address ?? 'address unknown'}</span>}
      actions={
        <div className="flex flex-col items-end gap-2">
          <Reported {...live} />
          <NodeActions
            node={node}
            operations={cluster.operations}
            isLive={freshness.kind === 'live'}
          />
        </div>
      }
      isStale={freshness.kind === 'stale'}
    >
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border sm:grid-cols-4 lg:grid-cols-5">
        <Fact name="Leads">{shown(node.leaders, String)}</Fact>
        <Fact name="Replicas">{shown(node.replicas, String)}</Fact>
        <Fact name="Loop delay p99">{shown(node.event_loop_delay_p99_ms, formatMs)}</Fact>
        <Fact name="Longest turn, last minute">
          {shown(node.longest_turn, ({ component, ms }) => `${formatMs(ms)} (${component})`)}
        </Fact>
        <Fact name="Loop blocks over 200 ms">{shown(node.event_loop_blocks, String)}</Fact>
        <Fact name="Log sync p99">{shown(node.wal_sync_p99_ms, formatMs)}</Fact>
        <Fact name="Flush backlog">{shown(node.flush_backlog, formatNumber)}</Fact>
        <Fact name="Postgres">{shown(node.database_up, (up) => (up ? 'up' : 'unreachable'))}</Fact>
        <Fact name="Memory">{shown(node.rss_bytes, formatBytes)}</Fact>
        <Fact name="Up for">{shown(node.uptime_ms, formatDuration)}</Fact>
        <Fact name="Version">{node.version ?? <Unknown />}</Fact>
        <Fact name="Last report">
          {node.age_ms === null ? <Unknown word="never" /> : `${formatDuration(node.age_ms)} ago`}
        </Fact>
      </dl>
      {isUp ? (
        <Charts title="Last minutes" metrics={METRICS} nodeId={nodeId} />
      ) : (
        <p className="text-muted">
          {nodeId} is {state.word}: it reports no metrics. The charts return when it is up again.
        </p>
      )}
      <section aria-labelledby="events-title">
        <h2 id="events-title" className="mb-2 font-semibold">
          Events
        </h2>
        <EventList events={events} linesMax={SHOWN_EVENTS} none="No recent events." />
      </section>
    </AdminPage>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-2.5">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tabular text-lg">{children}</dd>
    </div>
  );
}
