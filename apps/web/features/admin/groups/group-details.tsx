'use client';

import type {
  ClusterEvent,
  ClusterGroup,
  ClusterNode,
  ClusterReplica,
} from '@fleetlm/client/admin';
import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { useMemo } from 'react';
import { formatNumber } from '@/common/format-figures.ts';
import { Button } from '@/ui/button.tsx';
import { classNames } from '@/ui/class-names.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { Notice } from '@/ui/notice.tsx';
import { EventList } from '../events/event-list.tsx';
import { TransferLeadership } from '../operations/transfer-leadership.tsx';
import { lagOf } from '../overview/cluster-health.ts';
import { Unknown } from '../unknown.tsx';
import { groupName } from './grid.ts';
import { stalledSentence } from './stalled-group.ts';

export interface GroupDetailsProps {
  readonly group: ClusterGroup;
  readonly nodes: readonly ClusterNode[];
  readonly events: readonly ClusterEvent[];
  /** Figures are of now. */
  readonly isLive: boolean;
  readonly onClose: () => void;
  /** To the group before or after. */
  readonly onMove: (step: -1 | 1) => void;
}

interface Row {
  readonly label: string;
  readonly read: (replica: ClusterReplica) => string | number | null;
  /** Whether a replica that says something else than the leader is marked. */
  readonly isCompared: boolean;
}

/** One group: its replicas side by side; what differs from the leader stands out. */
export function GroupDetails({ group, nodes, events, isLive, onClose, onMove }: GroupDetailsProps) {
  const columns = useMemo(
    () =>
      columnsOf(
        group.replicas.toSorted((a, b) => (a.node_id < b.node_id ? -1 : 1)),
        group.replicas.find((replica) => replica.node_id === group.leader),
      ),
    [group],
  );
  const stalled = stalledSentence(group);
  const own = events.filter((event) => event.group === group.group);
  return (
    <section aria-labelledby="group-title" className="rounded-lg border border-border bg-surface">
      <header className="flex items-center gap-1 border-b border-border py-2 pl-4 pr-2">
        <h2 id="group-title" className="mr-auto font-semibold">
          Group <span className="tabular">{groupName(group.group)}</span>
        </h2>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Previous group"
          onClick={() => onMove(-1)}
        >
          <ChevronLeft size={15} aria-hidden />
        </Button>
        <Button variant="ghost" size="icon-sm" aria-label="Next group" onClick={() => onMove(1)}>
          <ChevronRight size={15} aria-hidden />
        </Button>
        <Button variant="ghost" size="icon-sm" aria-label="Close group" onClick={onClose}>
          <X size={15} aria-hidden />
        </Button>
      </header>
      <dl className="grid grid-cols-3 gap-3 border-b border-border px-4 py-3">
        <Fact name="Leader">{group.leader ?? <span className="text-critical">none</span>}</Fact>
        <Fact name="Term">{group.term ?? <Unknown />}</Fact>
        <Fact name="Flush backlog">
          {group.flush_backlog === null ? <Unknown /> : formatNumber(group.flush_backlog)}
        </Fact>
      </dl>
      {stalled !== null && (
        <div className="border-b border-border px-4 py-3">
          <Notice tone="critical" role="status">
            {stalled.state} {stalled.remedy}
          </Notice>
        </div>
      )}
      <div className="px-4 py-2">
        <DataTable
          columns={columns}
          rows={rowsOf(group, nodes)}
          rowKey={({ label }) => label}
          frameClassName="rounded-none border-0 bg-transparent"
          rowClassName="h-auto border-0 [&>*]:px-2 [&>*]:py-0"
          headClassName="border-0 [&>*]:px-2 [&>*]:py-1"
        />
        <p className="pt-1 text-xs text-muted">
          * differs from the leader · reported by {group.reported_by ?? 'no node'}
        </p>
      </div>
      <TransferLeadership group={group} nodes={nodes} isLive={isLive} />
      <div className="border-t border-border px-4 py-3">
        <h3 className="mb-1 font-medium">Events of this group</h3>
        <EventList events={own} linesMax={8} none="No recent events." isGroupNamed={false} />
      </div>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

function rowsOf(group: ClusterGroup, nodes: readonly ClusterNode[]): readonly Row[] {
  const isDown = (id: string) => nodes.some((node) => node.node_id === id && node.state === 'down');
  const unapplied = ({ commit, applied }: ClusterReplica) =>
    commit === null || applied === null ? null : commit - applied;
  return [
    {
      label: 'Role',
      isCompared: false,
      read: ({ node_id, role }) => (isDown(node_id) ? 'down' : role === 'unknown' ? null : role),
    },
    { label: 'Term', isCompared: true, read: ({ term }) => term },
    { label: 'Last entry', isCompared: true, read: ({ last_index }) => last_index },
    { label: 'Committed', isCompared: true, read: ({ commit }) => commit },
    { label: 'Applied', isCompared: true, read: ({ applied }) => applied },
    { label: 'Lag', isCompared: false, read: ({ node_id }) => lagOf(group, node_id) },
    { label: 'Not applied', isCompared: false, read: unapplied },
    { label: 'Stalled at', isCompared: false, read: ({ stall }) => stall?.index ?? null },
  ];
}

/** A column for each replica. */
function columnsOf(
  replicas: readonly ClusterReplica[],
  leader: ClusterReplica | undefined,
): readonly DataColumn<Row>[] {
  const differs = (row: Row, replica: ClusterReplica): boolean => {
    const value = row.read(replica);
    return row.isCompared && leader !== undefined && value !== null && value !== row.read(leader);
  };
  return [
    {
      id: 'label',
      header: '',
      isRowHeader: true,
      className: 'font-normal whitespace-nowrap text-muted',
      cell: ({ label }) => label,
    },
    ...replicas.map(
      (replica): DataColumn<Row> => ({
        id: `replica ${replica.node_id}`,
        header: replica.node_id,
        isNumber: true,
        className: (row) =>
          classNames(
            'tabular whitespace-nowrap',
            (differs(row, replica) || row.read(replica) === 'down') && 'font-medium text-warn',
          ),
        cell: (row) => {
          const value = row.read(replica);
          return (
            <>
              {value === null ? (
                <Unknown />
              ) : typeof value === 'number' ? (
                formatNumber(value)
              ) : (
                value
              )}
              {differs(row, replica) && '*'}
            </>
          );
        },
      }),
    ),
  ];
}
