import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import { memo, useMemo } from 'react';
import { Unknown } from '../unknown.tsx';
import { groupName } from './grid.ts';

const COLUMNS = 16;
const CELL = 8;
const GAP = 1.5;

export interface NodeGridsProps {
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
  /** Marked in every grid. */
  readonly marked: number | null;
}

/** The same grid once more for each node: what it leads, what it follows. Three paths each, whatever the size. */
export function NodeGrids({ nodes, groups, marked }: NodeGridsProps) {
  return (
    <ul aria-label="The same groups by node" className="flex flex-wrap gap-5">
      {nodes.map((node) => (
        <NodeGrid key={node.node_id} node={node} groups={groups} marked={marked} />
      ))}
    </ul>
  );
}

const NodeGrid = memo(function NodeGrid({
  node,
  groups,
  marked,
}: Omit<NodeGridsProps, 'nodes'> & { readonly node: ClusterNode }) {
  const { leads, follows, unknown } = useMemo(
    () => pathsOf(node.node_id, groups),
    [node.node_id, groups],
  );
  const rows = Math.ceil(groups.length / COLUMNS);
  const role = marked === null ? null : roleIn(node.node_id, groups, marked);
  return (
    <li className="flex flex-col gap-1">
      <p className="flex items-baseline gap-2">
        <span className="tabular font-medium">{node.node_id}</span>
        <span className="text-xs text-muted">
          {node.state === 'up' ? (
            <>leads {node.leaders ?? <Unknown />}</>
          ) : (
            <span className={node.state === 'down' ? 'text-critical' : ''}>{node.state}</span>
          )}
        </span>
      </p>
      <svg
        aria-hidden="true"
        width={COLUMNS * CELL}
        height={rows * CELL}
        viewBox={`0 0 ${COLUMNS * CELL} ${rows * CELL}`}
        className="block"
      >
        <path d={follows} className="fill-border" />
        <path d={leads} className="fill-accent" />
        <path d={unknown} className="fill-none stroke-strong" strokeDasharray="1.5 1.5" />
        {marked !== null && (
          <rect
            x={(marked % COLUMNS) * CELL - 0.5}
            y={Math.floor(marked / COLUMNS) * CELL - 0.5}
            width={CELL}
            height={CELL}
            className="fill-none stroke-text stroke-[1.5]"
          />
        )}
      </svg>
      <p className="h-4 text-xs text-muted">
        {marked !== null && role !== null && `${groupName(marked)}: ${role}`}
      </p>
    </li>
  );
});

function pathsOf(nodeId: string, groups: readonly ClusterGroup[]) {
  let leads = '';
  let follows = '';
  let unknown = '';
  groups.forEach((group, index) => {
    const replica = group.replicas.find((candidate) => candidate.node_id === nodeId);
    if (replica === undefined) return;
    const x = (index % COLUMNS) * CELL + GAP / 2;
    const y = Math.floor(index / COLUMNS) * CELL + GAP / 2;
    const square = `M${x} ${y}h${CELL - GAP}v${CELL - GAP}h-${CELL - GAP}z`;
    if (replica.role === 'leader') leads += square;
    else if (replica.role === 'unknown') unknown += square;
    else follows += square;
  });
  return { leads, follows, unknown };
}

function roleIn(nodeId: string, groups: readonly ClusterGroup[], marked: number): string | null {
  const group = groups.find((candidate) => candidate.group === marked);
  if (group === undefined) return null;
  return group.replicas.find(({ node_id }) => node_id === nodeId)?.role ?? 'no replica';
}
