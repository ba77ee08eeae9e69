import type { ClusterGroup, ClusterNode, NodeState } from '@fleetlm/client/admin';
import clsx from 'clsx';
import { lagOf } from '@/lib/cluster-health.ts';
import { formatDuration } from '@/lib/format-time.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';

const STATES: Readonly<
  Record<NodeState, { readonly glyph: string; readonly word: string; readonly colour: string }>
> = {
  up: { glyph: '●', word: 'up', colour: 'text-ok' },
  down: { glyph: '✕', word: 'down', colour: 'text-critical' },
  unknown: { glyph: '?', word: 'unknown', colour: 'text-muted' },
};

export interface NodesTableProps {
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
}

export function NodesTable({ nodes, groups }: NodesTableProps) {
  return (
    <section aria-labelledby="nodes-title">
      <h2 id="nodes-title" className="mb-2 font-semibold">
        Nodes
      </h2>
      <ScrollRegion
        label="Table of nodes"
        className="overflow-x-auto rounded-lg border border-border bg-surface"
      >
        <table className="w-full min-w-[720px] border-collapse text-left">
          <thead className="text-xs text-muted">
            <tr className="border-b border-border [&>th]:px-3 [&>th]:py-2 [&>th]:font-medium">
              <th scope="col">Node</th>
              <th scope="col">State</th>
              <NumberHead>Leads</NumberHead>
              <NumberHead>Replicas</NumberHead>
              <NumberHead>Apply lag</NumberHead>
              <NumberHead>Flush backlog</NumberHead>
              <NumberHead>Log sync p99</NumberHead>
              <NumberHead>Loop delay p99</NumberHead>
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
                <td colSpan={11} className="px-3 py-6 text-center text-muted">
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
  const state = STATES[node.state];
  const isDown = node.state === 'down';
  return (
    <tr className="h-8 border-b border-border last:border-b-0 [&>*]:px-3">
      <th scope="row" className="tabular font-medium">
        {node.node_id}
      </th>
      <td className={clsx('whitespace-nowrap font-medium', state.colour)}>
        <span aria-hidden>{state.glyph}</span> {state.word}
      </td>
      <NumberCell value={isDown ? null : node.leaders} />
      <NumberCell value={node.replicas} />
      <NumberCell value={isDown ? null : worstLag(node.node_id, groups)} />
      <NumberCell value={isDown ? null : node.flush_backlog} />
      <NumberCell value={isDown ? null : node.wal_sync_p99_ms} unit="ms" />
      <NumberCell value={isDown ? null : node.event_loop_delay_p99_ms} unit="ms" />
      <NumberCell
        value={isDown || node.rss_bytes === null ? null : Math.round(node.rss_bytes / 1_048_576)}
        unit="MB"
      />
      <td className={clsx(!isDown && node.database_up === false && 'text-warn')}>
        {isDown || node.database_up === null ? <Unknown /> : node.database_up ? 'up' : '! away'}
      </td>
      <td className="tabular text-right">
        {node.age_ms === null ? <Unknown /> : formatDuration(node.age_ms)}
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
    <td className="tabular text-right whitespace-nowrap">
      {value === null ? <Unknown /> : value.toLocaleString(undefined, { maximumFractionDigits: 1 })}
      {value !== null && unit !== undefined && <span className="text-muted"> {unit}</span>}
    </td>
  );
}

/** Not known is not zero. */
function Unknown() {
  return (
    <span className="text-muted" title="not known">
      –<span className="sr-only">not known</span>
    </span>
  );
}
