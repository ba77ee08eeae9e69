'use client';

import type { DeliveryBody } from '@fleetlm/protocol';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { formatDuration } from '@/shared/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
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
  const hrefOf = (more: Readonly<Record<string, string>>): string =>
    `${pathname}?${new URLSearchParams({ ...(state === null ? {} : { state }), ...more })}`;
  if (deliveries.length === 0)
    return (
      <EmptyState
        title={isFirstPage ? 'Nothing here yet' : 'Nothing older'}
        text={
          state === null
            ? 'As soon as somebody writes to this agent, its calls are here.'
            : 'No delivery is in this state.'
        }
      />
    );
  return (
    <>
      <div className="overflow-x-auto rounded-lg border border-border bg-surface">
        <table className="w-full text-left text-sm">
          <thead className="text-xs text-muted">
            <tr className="border-b border-border [&>*]:px-3 [&>*]:py-2 [&>*]:font-medium">
              <th scope="col">State</th>
              <th scope="col">Began</th>
              <th scope="col">Conversation</th>
              <th scope="col">Attempts</th>
              <th scope="col">HTTP</th>
              <th scope="col">First word</th>
              <th scope="col">Total</th>
              <th scope="col">Next</th>
            </tr>
          </thead>
          <tbody className="tabular">
            {deliveries.map((delivery) => (
              <DeliveryRow
                key={delivery.id}
                delivery={delivery}
                href={hrefOf({ d: delivery.id })}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex gap-2">
        {!isFirstPage && (
          <Button asChild size="sm">
            <Link href={hrefOf({})}>Newest</Link>
          </Button>
        )}
        {next !== null && (
          <Button asChild size="sm">
            <Link href={hrefOf({ cursor: next })}>Older</Link>
          </Button>
        )}
      </div>
    </>
  );
}

function DeliveryRow({
  delivery,
  href,
}: {
  readonly delivery: DeliveryBody;
  readonly href: string;
}) {
  const last = delivery.attempts.at(-1);
  return (
    <tr className="relative border-b border-border last:border-b-0 hover:bg-raised [&>*]:px-3 [&>*]:py-2">
      <td>
        <DeliveryState state={delivery.state} />
      </td>
      <td>
        <LocalTime iso={delivery.started_at} />
      </td>
      <th scope="row" className="font-normal">
        {/* The whole row is the link. */}
        <Link
          href={href}
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
      </th>
      <td>{delivery.attempts.length}</td>
      <td>{last?.status ?? last?.error_code ?? '–'}</td>
      <td>{last?.first_token_ms == null ? '–' : formatDuration(last.first_token_ms)}</td>
      <td>{last === undefined ? '–' : formatDuration(last.total_ms)}</td>
      <td>
        {delivery.next_attempt_at === null ? '–' : <LocalTime iso={delivery.next_attempt_at} />}
      </td>
    </tr>
  );
}
