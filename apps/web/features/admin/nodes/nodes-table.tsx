import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import clsx from 'clsx';
import Link from 'next/link';
import { formatDuration } from '@/shared/format-time.ts';
import { ScrollRegion } from '@/ui/scroll-region.tsx';
import { lagOf } from '../overview/cluster-health.ts';
import { Figure, Unknown } from '../unknown.tsx';
import { isOrdinary, NODE_STATES } from './node-states.ts';

export interface NodesTableProps {
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
  readonly isTitled?: boolean;
}

const COLUMNS = 11;

export function NodesTable({ nodes, groups, isTitled = true }: NodesTableProps) {
  return (
    <section aria-label="Nodes" className="min-w-0">
      {isTitled && <h2 className="mb-2 font-semibold">Nodes</h2>}
      <ScrollRegion
        label="Table of nodes"
        className="overflow-x-auto rounded-lg border border-border bg-surface"
      >
        <table className="w-full min-w-[860px] border-collapse text-left">
          <thead className="text-xs text-muted">
            <tr className="border-b border-border [&>th]:px-3 [&>th]:py-2 [&>th]:font-medium">
              <th scope="col">Node</th>
              <th scope="col">State</th>
              <NumberHead>Leads</NumberHead>
              <NumberHead>Replicas</NumberHead>
              <NumberHead>Loop delay p99</NumberHead>
              <NumberHead>Log sync p99</NumberHead>
              <NumberHead>Apply lag</NumberHead>
              <NumberHead>To flush</NumberHead>
              <NumberHead>Memory</NumberHead>
              <th scope="col">Postgres</th>
              <NumberHead>Age</NumberHead>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <NodeRow key={node.node_id} node={node} groups={groups} />
            ))}
            {nodes.length === 0 && (
              <tr>
                <td colSpan={COLUMNS} className="h-[108px] px-3 text-center text-muted">
                  No node has reported yet.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}

function NodeRow({
  node,
  groups,
}: {
  readonly node: ClusterNode;
  readonly groups: readonly ClusterGroup[];
}) {
  const state = NODE_STATES[node.state];
  // What a node said before it went says nothing about now.
  const isKnown = node.state === 'up';
  const now = <T,>(value: T | null): T | null => (isKnown ? value : null);
  const memory = node.rss_bytes === null ? null : Math.round(node.rss_bytes / 1_048_576);
  return (
    <tr className="h-9 border-b border-border last:border-b-0 [&>*]:px-3">
      <th scope="row" className="tabular font-medium">
        <Link
          href={`/admin/nodes/${encodeURIComponent(node.node_id)}`}
          className="text-accent underline underline-offset-2"
        >
          {node.node_id}
        </Link>
      </th>
      <td className={clsx('whitespace-nowrap font-medium', state.colour)}>
        <span aria-hidden>{state.glyph}</span> {state.word}
        {!isOrdinary(node.membership) && <span className="text-warn">, {node.membership}</span>}
      </td>
      <NumberCell value={now(node.leaders)} />
      <NumberCell value={now(node.replicas)} />
      <NumberCell value={now(node.event_loop_delay_p99_ms)} unit="ms" />
      <NumberCell value={now(node.wal_sync_p99_ms)} unit="ms" />
      <NumberCell value={now(worstLag(node.node_id, groups))} />
      <NumberCell value={now(node.flush_backlog)} />
      <NumberCell value={now(memory)} unit="MB" />
      <td className={clsx(isKnown && node.database_up === false && 'text-warn')}>
        {!isKnown || node.database_up === null ? <Unknown /> : node.database_up ? 'up' : '! away'}
      </td>
      <td className="tabular text-right whitespace-nowrap">
        {node.age_ms === null ? <Unknown word="never" /> : formatDuration(node.age_ms)}
      </td>
    </tr>
  );
}

function worstLag(nodeId: string, groups: readonly ClusterGroup[]): number | null {
  const lags = groups.map((group) => lagOf(group, nodeId)).filter((lag) => lag !== null);
  return lags.length === 0 ? null : Math.max(...lags);
}

function NumberHead({ children }: { readonly children: string }) {
  return (
    <th scope="col" className="text-right whitespace-nowrap">
      {children}
    </th>
  );
}

function NumberCell({ value, unit }: { readonly value: number | null; readonly unit?: string }) {
  return (
    <td className="text-right">
      <Figure value={value} {...(unit === undefined ? {} : { unit })} />
    </td>
  );
}
