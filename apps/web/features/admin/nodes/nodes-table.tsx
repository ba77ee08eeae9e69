import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import Link from 'next/link';
import { formatDuration } from '@/common/format-time.ts';
import { classNames } from '@/ui/class-names.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { membershipWords } from '../overview/cluster-drains.ts';
import { lagOf } from '../overview/cluster-health.ts';
import { Figure, Unknown } from '../unknown.tsx';
import { NODE_STATES } from './node-states.ts';

export interface NodesTableProps {
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
  readonly isTitled?: boolean;
}

/** A node with what the groups say of it. */
interface Row {
  readonly node: ClusterNode;
  readonly applyLag: number | null;
  /** Null: an ordinary member. */
  readonly membership: string | null;
}

export function NodesTable({ nodes, groups, isTitled = true }: NodesTableProps) {
  return (
    <section aria-label="Nodes" className="min-w-0">
      {isTitled && <h2 className="mb-2 font-semibold">Nodes</h2>}
      <DataTable
        label="Table of nodes"
        columns={COLUMNS}
        rows={nodes.map((node) => ({
          node,
          applyLag: worstLag(node.node_id, groups),
          membership: membershipWords(node, groups),
        }))}
        rowKey={({ node }) => node.node_id}
        tableClassName="min-w-[860px] border-collapse"
        none={<p className="grid h-[108px] items-center">No nodes reported yet.</p>}
      />
    </section>
  );
}

/** What a node said before it went says nothing about now. */
function figureColumn(
  id: string,
  header: string,
  read: (row: Row) => number | null,
  unit?: string,
): DataColumn<Row> {
  return {
    id,
    header,
    isNumber: true,
    cell: (row) => (
      <Figure
        value={row.node.state === 'up' ? read(row) : null}
        {...(unit === undefined ? {} : { unit })}
      />
    ),
  };
}

const COLUMNS: readonly DataColumn<Row>[] = [
  {
    id: 'node',
    header: 'Node',
    isRowHeader: true,
    className: 'tabular',
    cell: ({ node }) => (
      <Link
        href={`/admin/nodes/${encodeURIComponent(node.node_id)}`}
        className="text-accent underline underline-offset-2"
      >
        {node.node_id}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'State',
    className: ({ node }) =>
      classNames('whitespace-nowrap font-medium', NODE_STATES[node.state].colour),
    cell: ({ node: { state }, membership }) => (
      <>
        <span aria-hidden>{NODE_STATES[state].glyph}</span> {NODE_STATES[state].word}
        {membership !== null && <span className="text-warn">, {membership}</span>}
      </>
    ),
  },
  figureColumn('leads', 'Leads', ({ node }) => node.leaders),
  figureColumn('replicas', 'Replicas', ({ node }) => node.replicas),
  figureColumn('loop', 'Loop delay p99', ({ node }) => node.event_loop_delay_p99_ms, 'ms'),
  figureColumn('sync', 'Log sync p99', ({ node }) => node.wal_sync_p99_ms, 'ms'),
  figureColumn('lag', 'Apply lag', ({ applyLag }) => applyLag),
  figureColumn('flush', 'Flush backlog', ({ node }) => node.flush_backlog),
  figureColumn(
    'memory',
    'Memory',
    ({ node: { rss_bytes } }) => (rss_bytes === null ? null : Math.round(rss_bytes / 1_048_576)),
    'MB',
  ),
  {
    id: 'postgres',
    header: 'Postgres',
    className: ({ node }) =>
      node.state === 'up' && node.database_up === false ? 'text-warn' : undefined,
    cell: ({ node }) =>
      node.state !== 'up' || node.database_up === null ? (
        <Unknown />
      ) : node.database_up ? (
        'up'
      ) : (
        '! unreachable'
      ),
  },
  {
    id: 'age',
    header: 'Age',
    isNumber: true,
    className: 'tabular whitespace-nowrap',
    cell: ({ node }) =>
      node.age_ms === null ? <Unknown word="never" /> : formatDuration(node.age_ms),
  },
];

function worstLag(nodeId: string, groups: readonly ClusterGroup[]): number | null {
  const lags = groups.map((group) => lagOf(group, nodeId)).filter((lag) => lag !== null);
  return lags.length === 0 ? null : Math.max(...lags);
}
