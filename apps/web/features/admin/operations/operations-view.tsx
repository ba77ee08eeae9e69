'use client';

import type { ClusterOperation } from '@fleetlm/client/admin';
import clsx from 'clsx';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { ScrollRegion } from '@/ui/scroll-region.tsx';
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
        known?.coordinator
          ? `${known.coordinator} coordinates.`
          : 'Nobody coordinates at the moment.'
      } Begin one at a node or a group.`}
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
          title="Nothing was ever changed"
          text="Drain, remove or replace a node on its page; transfer a leadership in a group."
        />
      ) : (
        <OperationsTable operations={[...running, ...ended]} />
      )}
      {isRebalancing && (
        <OperationDialog target={REBALANCE} onClose={() => setIsRebalancing(false)} />
      )}
    </AdminPage>
  );
}

const REBALANCE = { kind: 'rebalance' } as const;

function OperationsTable({ operations }: { readonly operations: readonly ClusterOperation[] }) {
  return (
    <ScrollRegion
      label="Table of operations"
      className="overflow-x-auto rounded-lg border border-border bg-surface"
    >
      <table className="w-full min-w-[760px] border-collapse text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-border [&>th]:px-3 [&>th]:py-2 [&>th]:font-medium">
            <th scope="col">Operation</th>
            <th scope="col">State</th>
            <th scope="col">Progress</th>
            <th scope="col">Began</th>
            <th scope="col">Ended</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {operations.map((operation) => (
            <OperationRow key={operation.id} operation={operation} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function OperationRow({ operation }: { readonly operation: ClusterOperation }) {
  const { id, state, detail, progress } = operation;
  const look = OPERATION_STATES[state];
  const stuck = progress?.stuck.length ?? 0;
  return (
    <tr className="border-b border-border align-top last:border-b-0 [&>*]:px-3 [&>*]:py-2">
      <th scope="row" className="font-medium whitespace-nowrap">
        <Link
          href={`/admin/operations/${encodeURIComponent(id)}`}
          className="text-accent underline underline-offset-2"
        >
          {operationTitle(operation)}
        </Link>
      </th>
      <td className={clsx('whitespace-nowrap font-medium', look.colour)}>
        <span aria-hidden>{look.glyph}</span> {look.word}
      </td>
      <td>
        {state === 'running' ? (
          <>
            <OperationProgressBar operation={operation} />
            {stuck > 0 && <span className="text-xs text-muted">waiting: {stuck}</span>}
          </>
        ) : (
          <span className="text-muted">{detail}</span>
        )}
      </td>
      <td className="tabular whitespace-nowrap">
        <LocalTime iso={operation.started_at} isDated />
      </td>
      <td className="tabular whitespace-nowrap">
        {operation.ended_at === null ? '' : <LocalTime iso={operation.ended_at} isDated />}
      </td>
      <td className="whitespace-nowrap">{operation.requested_by}</td>
    </tr>
  );
}
