'use client';

import type { ClusterOperation } from '@fleetlm/client/admin';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';
import { AdminPage } from '../admin-page.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { anyGroupName } from '../groups/grid.ts';
import { Reported } from '../reported.tsx';
import { CancelOperation } from './cancel-operation.tsx';
import { OperationProgressBar } from './operation-progress.tsx';
import { adviceFor, OPERATION_STATES, operationTitle } from './operation-words.ts';
import { fetchOperation } from './queries.ts';

/** One operation: how far it is, what it waits for, and a way to end it. */
export function OperationView({ id }: { readonly id: string }) {
  const live = useCluster();
  const reported = live.cluster.operations?.operations.find((one) => one.id === id);
  const { operation, trouble, setAsked } = useOperation(id, reported);
  if (operation === null)
    return (
      <AdminPage title="Operation" actions={<Reported {...live} />}>
        {trouble === null ? (
          <p className="text-muted">Loading…</p>
        ) : (
          <Notice tone="critical">{trouble}</Notice>
        )}
      </AdminPage>
    );
  const look = OPERATION_STATES[operation.state];
  const stuck = operation.progress?.stuck ?? [];
  const areAllUp = live.cluster.nodes.every(({ state }) => state === 'up');
  return (
    <AdminPage
      title={
        <>
          {operationTitle(operation)}{' '}
          <span className={`text-base font-medium ${look.colour}`}>
            <span aria-hidden>{look.glyph}</span> {look.word}
          </span>
        </>
      }
      lead={operation.detail === '' ? undefined : operation.detail}
      actions={
        <div className="flex flex-wrap items-center gap-3">
          <Reported {...live} />
          <CancelOperation
            operation={operation}
            isLive={live.freshness.kind === 'live'}
            onAnswer={setAsked}
          />
        </div>
      }
      isStale={live.freshness.kind === 'stale'}
    >
      {operation.state === 'running' && <OperationProgressBar operation={operation} />}
      <Facts operation={operation} />
      {operation.state === 'running' && (
        <section aria-labelledby="stuck-title">
          <h2 id="stuck-title" className="mb-2 font-semibold">
            Waiting groups
          </h2>
          {stuck.length === 0 ? (
            <p className="text-muted">Nothing.</p>
          ) : (
            <ul className="flex flex-col gap-2">
              {stuck.map(({ group, reason }) => (
                <StuckGroup key={group} group={group} reason={reason} areAllUp={areAllUp} />
              ))}
            </ul>
          )}
        </section>
      )}
      <p>
        <Link href="/admin/audit" className="text-accent underline underline-offset-2">
          Audit log
        </Link>
      </p>
    </AdminPage>
  );
}

/** Live while it is among the newest; an older one is asked for once. `setAsked` takes an answer that is newer. */
function useOperation(id: string, reported: ClusterOperation | undefined) {
  const queries = useQueryClient();
  const queryKey = ['operation', id];
  const query = useQuery({
    queryKey,
    queryFn: () => fetchOperation(id),
    enabled: reported === undefined,
  });
  const asked = query.data ?? null;
  // Of the two the one that has ended is the newer: an operation never runs again.
  const hasEnded = asked !== null && asked.state !== 'running';
  return {
    operation: hasEnded ? asked : (reported ?? asked),
    trouble: query.error?.message ?? null,
    setAsked: (answer: ClusterOperation) => queries.setQueryData(queryKey, answer),
  };
}

function Facts({ operation }: { readonly operation: ClusterOperation }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border sm:grid-cols-4">
      <Fact name="Asked for by">{operation.requested_by}</Fact>
      <Fact name="Started">
        <LocalTime iso={operation.started_at} isDated />
      </Fact>
      <Fact name="Ended">
        {operation.ended_at === null ? 'not yet' : <LocalTime iso={operation.ended_at} isDated />}
      </Fact>
      <Fact name="Id">
        <span className="text-sm break-all">{operation.id}</span>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className="bg-surface px-4 py-2.5">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

function StuckGroup({
  group,
  reason,
  areAllUp,
}: {
  readonly group: number;
  readonly reason: string;
  readonly areAllUp: boolean;
}) {
  const advice = adviceFor(reason, areAllUp);
  return (
    <li className="flex flex-wrap gap-x-3 rounded-md border border-border bg-surface px-3 py-2">
      <Link
        href={`/admin/groups?g=${group.toString(16).padStart(2, '0')}`}
        className="tabular text-accent underline underline-offset-2"
      >
        {anyGroupName(group)}
      </Link>
      <span>{reason}</span>
      {advice !== null && <span className="text-warn">{advice}</span>}
    </li>
  );
}
