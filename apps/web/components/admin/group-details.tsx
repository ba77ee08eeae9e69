'use client';

import type { ClusterGroup, ClusterNode, ClusterReplica } from '@fleetlm/client/admin';
import clsx from 'clsx';
import { X } from 'lucide-react';
import { lagOf } from '@/lib/cluster-health.ts';
import { groupName } from '@/lib/group-grid.ts';
import { Button } from '../ui/button.tsx';

export interface GroupDetailsProps {
  readonly group: ClusterGroup;
  readonly nodes: readonly ClusterNode[];
  readonly onClose: () => void;
}

type Figure = 'term' | 'last_index' | 'commit' | 'applied';

const FIGURES: readonly (readonly [Figure, string])[] = [
  ['term', 'Term'],
  ['last_index', 'Last entry'],
  ['commit', 'Committed'],
  ['applied', 'Applied'],
];

/** One group: its replicas side by side; what differs from the leader stands out. */
export function GroupDetails({ group, nodes, onClose }: GroupDetailsProps) {
  const leader = group.replicas.find((replica) => replica.node_id === group.leader);
  return (
    <section aria-labelledby="group-title" className="rounded-lg border border-border bg-surface">
      <header className="flex items-center justify-between border-b border-border px-4 py-2">
        <h2 id="group-title" className="font-semibold">
          Group <span className="tabular">{groupName(group.group)}</span>
        </h2>
        <p className="ml-3 mr-auto text-muted">
          {group.leader === null ? 'no leader' : `leader ${group.leader}`}
          {group.flush_backlog !== null &&
            ` · ${group.flush_backlog.toLocaleString()} rows to flush`}
        </p>
        <Button variant="ghost" size="icon-sm" aria-label="Close group" onClick={onClose}>
          <X size={15} aria-hidden />
        </Button>
      </header>
      <div className="overflow-x-auto px-4 py-2">
        <table className="w-full text-left">
          <thead className="text-xs text-muted">
            <tr>
              <td />
              {group.replicas.map((replica) => (
                <th
                  key={replica.node_id}
                  scope="col"
                  className="tabular px-2 py-1 text-right font-medium"
                >
                  {replica.node_id}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row" className="py-1 font-normal text-muted">
                Role
              </th>
              {group.replicas.map((replica) => (
                <td key={replica.node_id} className="px-2 text-right">
                  {roleOf(replica, nodes)}
                </td>
              ))}
            </tr>
            {FIGURES.map(([figure, label]) => (
              <FigureRow
                key={figure}
                label={label}
                figure={figure}
                replicas={group.replicas}
                leader={leader}
              />
            ))}
            <tr>
              <th scope="row" className="py-1 font-normal text-muted">
                Behind
              </th>
              {group.replicas.map((replica) => (
                <td key={replica.node_id} className="tabular px-2 text-right">
                  {lagOf(group, replica.node_id)?.toLocaleString() ?? '–'}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
        <p className="py-1 text-xs text-muted">* differs from the leader</p>
      </div>
    </section>
  );
}

interface FigureRowProps {
  readonly label: string;
  readonly figure: Figure;
  readonly replicas: readonly ClusterReplica[];
  readonly leader: ClusterReplica | undefined;
}

function FigureRow({ label, figure, replicas, leader }: FigureRowProps) {
  return (
    <tr>
      <th scope="row" className="py-1 font-normal text-muted">
        {label}
      </th>
      {replicas.map((replica) => {
        const value = replica[figure];
        const differs = leader !== undefined && value !== leader[figure];
        return (
          <td
            key={replica.node_id}
            className={clsx('tabular px-2 text-right', differs && 'text-warn')}
          >
            {value?.toLocaleString() ?? '–'}
            {differs && '*'}
          </td>
        );
      })}
    </tr>
  );
}

function roleOf(replica: ClusterReplica, nodes: readonly ClusterNode[]): string {
  const isDown = nodes.some((node) => node.node_id === replica.node_id && node.state === 'down');
  return isDown ? 'down' : replica.role;
}
