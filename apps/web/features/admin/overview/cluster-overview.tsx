'use client';

import clsx from 'clsx';
import { CircleHelp, ShieldAlert, ShieldCheck, ShieldX } from 'lucide-react';
import Link from 'next/link';
import { AdminPage } from '../admin-page.tsx';
import { Charts } from '../charts/charts.tsx';
import { useCluster, useHistory } from '../cluster-provider.tsx';
import { EventList } from '../events/event-list.tsx';
import { NodesTable } from '../nodes/nodes-table.tsx';
import { RunningOperations } from '../operations/running-operations.tsx';
import { Reported } from '../reported.tsx';
import { attention } from './attention.ts';
import { AttentionList } from './attention-list.tsx';
import { drainsOf } from './cluster-drains.ts';
import { ClusterFigures } from './cluster-figures.tsx';
import { clusterHeadline, type Headline, outdated } from './cluster-headline.ts';
import { failureDomains } from './failure-domains.ts';

const SHOWN_EVENTS = 5;

/** The cluster at a glance: can a node be lost, which nodes are there, what needs attention, how it has been. */
export function ClusterOverview() {
  const live = useCluster();
  const history = useHistory();
  const { cluster, health, freshness } = live;
  const { nodes, groups, copies, events } = cluster;
  const nowMs = cluster.receivedAtMs ?? 0;
  const isStale = freshness.kind === 'stale';
  const reported = clusterHeadline(health, nodes.length, drainsOf(cluster));
  const headline = isStale ? outdated(reported) : reported;
  const domains = isStale ? null : failureDomains(cluster);
  return (
    <AdminPage
      title={<Answer headline={headline} />}
      lead={
        <span className="pl-11">
          {headline.reason}
          {domains === null ? '' : ` ${domains}`}
        </span>
      }
      actions={<Reported {...live} />}
      isStale={isStale}
    >
      <ClusterFigures health={health} nodes={nodes.length} groups={groups.length} />
      <RunningOperations known={cluster.operations} />
      <NodesTable nodes={nodes} groups={groups} />
      <div className="grid min-h-50 items-start gap-5 lg:grid-cols-2">
        <AttentionList
          items={attention({ nodes, groups, copies, events, history: history.nodes, nowMs })}
        />
        <section aria-labelledby="events-title" className="min-w-0">
          <div className="mb-2 flex items-baseline gap-3">
            <h2 id="events-title" className="font-semibold">
              Events
            </h2>
            <Link href="/admin/events" className="text-accent underline underline-offset-2">
              All events
            </Link>
          </div>
          <EventList events={events} linesMax={SHOWN_EVENTS} none="No recent events." />
        </section>
      </div>
      <Charts
        title="The last minutes"
        metrics={[
          'loop_delay_ms',
          'wal_sync_p99_ms',
          'entries_appended_per_s',
          'elections',
          'flush_backlog',
          'dispatch_queued',
        ]}
      />
    </AdminPage>
  );
}

const LOOKS = {
  ok: { icon: ShieldCheck, colour: 'text-ok' },
  warn: { icon: ShieldAlert, colour: 'text-warn' },
  critical: { icon: ShieldX, colour: 'text-critical' },
  unknown: { icon: CircleHelp, colour: 'text-muted' },
} as const;

function Answer({ headline }: { readonly headline: Headline }) {
  const { icon: Icon, colour } = LOOKS[headline.tone];
  return (
    <span className="flex items-start gap-3">
      <Icon size={32} aria-hidden className={clsx('mt-1 shrink-0', colour)} />
      <span>
        <span className="block text-xs font-normal tracking-normal text-muted">
          Can I lose a node now?
        </span>
        {headline.answer}
      </span>
    </span>
  );
}
