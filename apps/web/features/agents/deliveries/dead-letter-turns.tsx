import type { DeadLetterGroupBody, DeliveryBody } from '@fleetlm/protocol';
import { ChevronLeft } from 'lucide-react';
import Link from 'next/link';
import { LocalTime } from '@/ui/local-time.tsx';
import { ReplayButton } from './replay-button.tsx';

interface DeadLetterTurnsProps {
  readonly agentId: string;
  /** Null: nothing is left of it. */
  readonly group: DeadLetterGroupBody | null;
  readonly deliveries: readonly DeliveryBody[];
}

/** The turns that failed for one reason. */
export function DeadLetterTurns({ agentId, group, deliveries }: DeadLetterTurnsProps) {
  const base = `/agents/${encodeURIComponent(agentId)}`;
  return (
    <div className="flex flex-col gap-3">
      <Link
        href={`${base}/dead-letters`}
        className="flex w-fit items-center gap-1 text-sm text-muted hover:text-text"
      >
        <ChevronLeft size={14} aria-hidden /> All dead letters
      </Link>
      {group === null ? (
        <p className="text-sm text-muted">No turns left in this group.</p>
      ) : (
        <p className="text-sm">{group.error}</p>
      )}
      <ul className="flex flex-col gap-2" aria-label="Turns">
        {deliveries.map((delivery) => (
          <li
            key={delivery.id}
            className="flex items-center gap-3 rounded-lg border border-border bg-surface px-4 py-2 text-sm"
          >
            <div className="min-w-0 flex-1">
              <Link
                href={`${base}/deliveries?d=${encodeURIComponent(delivery.id)}`}
                className="tabular block truncate underline-offset-2 hover:underline"
              >
                {delivery.session_id}
              </Link>
              <span className="text-xs text-muted">
                {delivery.user_id}, turn {delivery.epoch}, {delivery.attempts.length} attempts,{' '}
                <LocalTime iso={delivery.started_at} />
              </span>
            </div>
            <ReplayButton agentId={agentId} which={{ ids: [delivery.id] }} label="Replay" />
          </li>
        ))}
      </ul>
    </div>
  );
}
