'use client';

import type { LegalHoldBody } from '@fleetlm/protocol';
import { useState } from 'react';
import { toast } from 'sonner';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { setHold } from './actions.ts';

/** Users whose data must not be erased, and those whose holds were lifted. */
export function HoldsTable({ holds }: { readonly holds: readonly LegalHoldBody[] }) {
  if (holds.length === 0)
    return (
      <EmptyState title="No holds" text="While a user is on hold nothing of theirs is erased." />
    );
  return (
    <DataTable
      label="Legal holds"
      columns={COLUMNS}
      rows={holds}
      rowKey={({ user_id, placed_at }) => `${user_id} ${placed_at}`}
      tableClassName="min-w-[640px]"
    />
  );
}

const COLUMNS: readonly DataColumn<LegalHoldBody>[] = [
  {
    id: 'user',
    header: 'User',
    isRowHeader: true,
    className: 'max-w-64 truncate font-normal',
    cell: ({ user_id }) => user_id,
  },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => <span dir="auto">{reason}</span> },
  { id: 'by', header: 'Placed by', cell: ({ placed_by }) => placed_by },
  {
    id: 'placed',
    header: 'Placed',
    className: 'tabular whitespace-nowrap',
    cell: ({ placed_at }) => <LocalTime iso={placed_at} isDated />,
  },
  {
    id: 'lifted',
    header: 'Lifted',
    className: 'tabular whitespace-nowrap',
    cell: ({ user_id, lifted_at }) =>
      lifted_at === null ? <Lift userId={user_id} /> : <LocalTime iso={lifted_at} isDated />,
  },
];

function Lift({ userId }: { readonly userId: string }) {
  const [isPending, setIsPending] = useState(false);
  const lift = async () => {
    setIsPending(true);
    const outcome = await called(setHold(userId, null));
    setIsPending(false);
    if (!outcome.ok) toast.error(outcome.problem.detail);
  };
  return (
    <Button
      size="sm"
      disabled={isPending}
      aria-label={`Lift the hold of ${userId}`}
      onClick={() => void lift()}
    >
      Lift
    </Button>
  );
}
