'use client';

import type { ClusterOperation } from '@fleetlm/client/admin';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { classNames } from '@/ui/class-names.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { AdminPage } from '../admin-page.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { Reported } from '../reported.tsx';
import { OperationDialog } from './operation-dialog.tsx';
import { OperationProgressBar } from './operation-progress.tsx';
import { OPERATION_STATES, operationTitle } from './operation-words.ts';

/** Changes of the cluster, those that run first. */
export function OperationsView() {
  const live = useCluster();
  const { operations: known } = live.cluster;
  const [isRebalancing, setIsRebalancing] = useState(false);
  const running = known?.operations.filter(({ state }) => state === 'running') ?? [];
  const ended = known?.operations.filter(({ state }) => state !== 'running') ?? [];
  return (
    <AdminPage
      title="Operations"
      lead={`Nodes that join and leave, groups that move. ${
        known?.coordinator ? `${known.coordinator} coordinates.` : 'No coordinator at the moment.'
      } Start one on the page of a node or a group.`}
      actions={
        <div className="flex flex-wrap items-center gap-3">
          <Reported {...live} />
          <Button
            size="sm"
            disabled={live.freshness.kind !== 'live'}
            onClick={() => setIsRebalancing(true)}
          >
            Rebalance leaders…
          </Button>
        </div>
      }
      isStale={live.freshness.kind === 'stale'}
    >
      {known === null ? (
        <p className="text-muted">Waiting for the first report…</p>
      ) : known.operations.length === 0 ? (
        <EmptyState
          title="No operations yet"
          text="Drain, remove or replace a node on its page; transfer a leadership in a group."
        />
      ) : (
        <DataTable
          label="Table of operations"
          columns={COLUMNS}
          rows={[...running, ...ended]}
          rowKey={({ id }) => id}
          tableClassName="min-w-[760px] border-collapse"
          rowClassName="h-auto align-top [&>*]:py-2"
        />
      )}
      {isRebalancing && (
        <OperationDialog target={REBALANCE} onClose={() => setIsRebalancing(false)} />
      )}
    </AdminPage>
  );
}

const REBALANCE = { kind: 'rebalance' } as const;

const COLUMNS: readonly DataColumn<ClusterOperation>[] = [
  {
    id: 'operation',
    header: 'Operation',
    isRowHeader: true,
    className: 'whitespace-nowrap',
    cell: (operation) => (
      <Link
        href={`/admin/operations/${encodeURIComponent(operation.id)}`}
        className="text-accent underline underline-offset-2"
      >
        {operationTitle(operation)}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'State',
    className: ({ state }) =>
      classNames('whitespace-nowrap font-medium', OPERATION_STATES[state].colour),
    cell: ({ state }) => (
      <>
        <span aria-hidden>{OPERATION_STATES[state].glyph}</span> {OPERATION_STATES[state].word}
      </>
    ),
  },
  {
    id: 'progress',
    header: 'Progress',
    cell: (operation) => <Progress operation={operation} />,
  },
  {
    id: 'began',
    header: 'Started',
    className: 'tabular whitespace-nowrap',
    cell: ({ started_at }) => <LocalTime iso={started_at} isDated />,
  },
  {
    id: 'ended',
    header: 'Ended',
    className: 'tabular whitespace-nowrap',
    cell: ({ ended_at }) => ended_at !== null && <LocalTime iso={ended_at} isDated />,
  },
  {
    id: 'by',
    header: 'By',
    className: 'whitespace-nowrap',
    cell: ({ requested_by }) => requested_by,
  },
];

function Progress({ operation }: { readonly operation: ClusterOperation }) {
  const { state, detail, progress } = operation;
  const stuck = progress?.stuck.length ?? 0;
  if (state !== 'running') return <span className="text-muted">{detail}</span>;
  return (
    <>
      <OperationProgressBar operation={operation} />
      {stuck > 0 && <span className="text-xs text-muted">waiting: {stuck}</span>}
    </>
  );
}
