import type { DeadLetterGroupBody } from '@fleetlm/protocol';
import Link from 'next/link';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { ReplayButton } from './replay-button.tsx';

interface DeadLetterGroupsProps {
  readonly agentId: string;
  readonly groups: readonly DeadLetterGroupBody[];
}

/** What failed for good, a line for each reason. */
export function DeadLetterGroups({ agentId, groups }: DeadLetterGroupsProps) {
  if (groups.length === 0)
    return (
      <EmptyState title="No dead letters" text="Every turn was answered or is still in progress." />
    );
  return (
    <ul className="flex flex-col gap-3" aria-label="Dead letters">
      {groups.map((group) => (
        <li
          key={group.id}
          className="flex flex-col gap-2 rounded-lg border border-border bg-surface p-4 sm:flex-row sm:items-center"
        >
          <div className="min-w-0 flex-1">
            <Link
              href={`/agents/${encodeURIComponent(agentId)}/dead-letters?group=${group.id}`}
              className="font-medium underline-offset-2 hover:underline"
            >
              <span className="tabular">{group.count}</span> × {group.error_code}
              {group.status !== null && ` ${group.status}`}
            </Link>
            <p className="break-words text-sm text-muted">{group.error}</p>
            <p className="text-xs text-muted">
              first <LocalTime iso={group.first_at} />, last <LocalTime iso={group.last_at} />
            </p>
          </div>
          <ReplayButton
            agentId={agentId}
            which={{ group: group.id }}
            label={group.count === 1 ? 'Replay' : `Replay ${Math.min(group.count, 100)}`}
          />
        </li>
      ))}
    </ul>
  );
}
