'use client';

import type { DeliveryBody } from '@fleetlm/protocol';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useMemo } from 'react';
import { formatDuration } from '@/common/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { deliveriesHref } from './deliveries-query.ts';
import { DeliveryState } from './delivery-state.tsx';

interface DeliveriesTableProps {
  readonly agentId: string;
  readonly deliveries: readonly DeliveryBody[];
  readonly next: string | null;
  readonly state: string | null;
  readonly isFirstPage: boolean;
}

/** Turns of the agent, newest first; each opens beside the list. */
export function DeliveriesTable({ deliveries, next, state, isFirstPage }: DeliveriesTableProps) {
  const pathname = usePathname();
  const columns = useMemo(
    () => columnsOf((id) => deliveriesHref(pathname, { state, d: id })),
    [pathname, state],
  );
  if (deliveries.length === 0)
    return (
      <EmptyState
        title={isFirstPage ? 'No deliveries yet' : 'No older deliveries'}
        text={
          state === null
            ? 'Calls appear here when a user writes to this agent.'
            : 'No deliveries in this state.'
        }
      />
    );
  return (
    <>
      <DataTable
        columns={columns}
        rows={deliveries}
        rowKey={({ id }) => id}
        tableClassName="text-sm [&>tbody]:tabular"
        rowClassName="relative h-auto hover:bg-raised [&>*]:py-2"
      />
      <div className="flex gap-2">
        {!isFirstPage && (
          <Button asChild size="sm">
            <Link href={deliveriesHref(pathname, { state })}>Newest</Link>
          </Button>
        )}
        {next !== null && (
          <Button asChild size="sm">
            <Link href={deliveriesHref(pathname, { state, cursor: next })}>Older</Link>
          </Button>
        )}
      </div>
    </>
  );
}

function columnsOf(hrefOf: (id: string) => string): readonly DataColumn<DeliveryBody>[] {
  return [
    { id: 'state', header: 'State', cell: ({ state }) => <DeliveryState state={state} /> },
    { id: 'began', header: 'Started', cell: ({ started_at }) => <LocalTime iso={started_at} /> },
    {
      id: 'conversation',
      header: 'Conversation',
      isRowHeader: true,
      className: 'font-normal',
      cell: (delivery) => (
        <>
          {/* The whole row is the link. */}
          <Link
            href={hrefOf(delivery.id)}
            scroll={false}
            className="block max-w-48 truncate after:absolute after:inset-0"
          >
            <span className="sr-only">Open delivery of </span>
            {delivery.session_id}
          </Link>
          <span className="text-xs text-muted">
            {delivery.user_id}, turn {delivery.epoch}
            {delivery.is_replay && ', replay'}
          </span>
        </>
      ),
    },
    { id: 'attempts', header: 'Attempts', cell: ({ attempts }) => attempts.length },
    {
      id: 'http',
      header: 'HTTP',
      cell: ({ attempts }) => attempts.at(-1)?.status ?? attempts.at(-1)?.error_code ?? '–',
    },
    {
      id: 'first-word',
      header: 'First token',
      cell: ({ attempts }) => duration(attempts.at(-1)?.first_token_ms),
    },
    { id: 'total', header: 'Total', cell: ({ attempts }) => duration(attempts.at(-1)?.total_ms) },
    {
      id: 'next',
      header: 'Next',
      cell: ({ next_attempt_at }) =>
        next_attempt_at === null ? '–' : <LocalTime iso={next_attempt_at} />,
    },
  ];
}

function duration(ms: number | null | undefined): string {
  return ms == null ? '–' : formatDuration(ms);
}
