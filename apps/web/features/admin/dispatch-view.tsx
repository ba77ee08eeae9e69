'use client';

import type { ClusterHistory, NodeHistory } from '@fleetlm/client/admin';
import clsx from 'clsx';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { AdminPage } from './admin-page.tsx';
import { Charts } from './charts/charts.tsx';
import { useCluster, useHistory } from './cluster-provider.tsx';
import { EventList } from './events/event-list.tsx';
import { Reported } from './reported.tsx';
import { Figure, Unknown } from './unknown.tsx';

const SHOWN_EVENTS = 10;

/** The calls to agents: what waits, what runs, who is not well. */
export function DispatchView() {
  const live = useCluster();
  const { cluster, freshness } = live;
  const { nodes } = useHistory();
  const agents = loadsOf(nodes);
  const givenUp = cluster.events.filter(({ kind }) => kind === 'dispatch-failed');
  return (
    <AdminPage
      title="Dispatch"
      lead="Each node calls the agents of the groups that it leads. The circuit breaker of an agent that keeps failing opens for a while."
      actions={<Reported {...live} />}
      isStale={freshness.kind === 'stale'}
    >
      <DataTable
        label="Calls by node"
        columns={COLUMNS}
        rows={cluster.nodes.map(({ node_id }) => callsOf(node_id, nodes))}
        rowKey={({ nodeId }) => nodeId}
        tableClassName="min-w-[640px]"
      />
      <section aria-labelledby="agents-title">
        <h2 id="agents-title" className="mb-2 font-semibold">
          Agents with calls
        </h2>
        {agents.length === 0 && <p className="text-muted">None right now.</p>}
        <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
          {agents.map(({ agentId, running, queued, isOpen, failures }) => (
            <li key={agentId} className="rounded-md border border-border bg-surface px-3 py-2">
              <p className="flex items-baseline justify-between gap-2">
                <span className="tabular truncate font-medium">{agentId}</span>
                <span
                  className={clsx(
                    'text-xs whitespace-nowrap',
                    isOpen ? 'text-critical' : 'text-muted',
                  )}
                >
                  {isOpen
                    ? '! breaker open'
                    : failures > 0
                      ? `${failures} failures in a row`
                      : 'healthy'}
                </span>
              </p>
              <p className="text-muted">
                {running} in flight · {queued} queued
              </p>
            </li>
          ))}
        </ul>
      </section>
      <Charts
        title="History"
        metrics={['dispatch_queued', 'dispatch_running', 'dispatch_failures']}
      />
      <section aria-labelledby="given-up-title">
        <h2 id="given-up-title" className="mb-2 font-semibold">
          Recent dead letters
        </h2>
        {freshness.kind === 'none' ? (
          <Unknown />
        ) : (
          <EventList events={givenUp} linesMax={SHOWN_EVENTS} none="No recent dead letters." />
        )}
      </section>
    </AdminPage>
  );
}

interface Calls {
  readonly nodeId: string;
  /** Null: not known. */
  readonly calls: NodeHistory['dispatch'] | null;
}

function callsOf(nodeId: string, nodes: ClusterHistory): Calls {
  const node = nodes.get(nodeId);
  return { nodeId, calls: node?.answered === true ? node.dispatch : null };
}

type Count = 'queued' | 'running' | 'completed' | 'failed_attempts' | 'failed' | 'breakers_open';

function countColumn(id: Count, header: string): DataColumn<Calls> {
  return {
    id,
    header,
    isNumber: true,
    cell: ({ calls }) => <Figure value={calls?.[id] ?? null} />,
  };
}

const COLUMNS: readonly DataColumn<Calls>[] = [
  {
    id: 'node',
    header: 'Node',
    isRowHeader: true,
    className: 'tabular',
    cell: ({ nodeId }) => nodeId,
  },
  countColumn('queued', 'Queued'),
  countColumn('running', 'In flight'),
  countColumn('completed', 'Completed'),
  countColumn('failed_attempts', 'Failed attempts'),
  countColumn('failed', 'Dead letters'),
  countColumn('breakers_open', 'Breakers open'),
];

interface Load {
  readonly agentId: string;
  readonly running: number;
  readonly queued: number;
  readonly isOpen: boolean;
  readonly failures: number;
}

function loadsOf(nodes: ClusterHistory): readonly Load[] {
  const loads = new Map<string, Load>();
  for (const { dispatch, answered } of nodes.values()) {
    if (!answered) continue;
    for (const { agent_id, running, queued, breaker, failures_in_row } of dispatch.agents) {
      const before = loads.get(agent_id);
      loads.set(agent_id, {
        agentId: agent_id,
        running: (before?.running ?? 0) + (running ?? 0),
        queued: (before?.queued ?? 0) + (queued ?? 0),
        isOpen: before?.isOpen === true || breaker === 'open',
        failures: Math.max(before?.failures ?? 0, failures_in_row ?? 0),
      });
    }
  }
  return [...loads.values()].sort((a, b) => a.agentId.localeCompare(b.agentId));
}
