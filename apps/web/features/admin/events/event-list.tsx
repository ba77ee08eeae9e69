import type { ClusterEvent } from '@fleetlm/client/admin';
import clsx from 'clsx';
import { groupName } from '../groups/grid.ts';
import { EVENT_LOOKS } from './event-looks.ts';
import { foldedEvents } from './folded-events.ts';

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

export interface EventListProps {
  /** Newest first. */
  readonly events: readonly ClusterEvent[];
  /** Lines at most. */
  readonly linesMax: number;
  /** Said when there are none. */
  readonly none: string;
  readonly isGroupNamed?: boolean;
}

/** What happened, newest first: when, what, where, and who says so. */
export function EventList({ events, linesMax, none, isGroupNamed = true }: EventListProps) {
  if (events.length === 0) return <p className="text-muted">{none}</p>;
  const lines = foldedEvents(events);
  return (
    <ol aria-label="Events, newest first">
      {lines.slice(0, linesMax).map(({ event, count, detail }, index) => {
        const { word, tone } = EVENT_LOOKS[event.kind] ?? {
          word: event.kind.replaceAll('-', ' '),
          tone: 'text-text',
        };
        return (
          <li
            // Only ever added in front: the place from the end is the identity.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={`${event.at}-${lines.length - index}`}
            className="flex gap-3 border-b border-border py-1.5 last:border-b-0"
          >
            <time dateTime={event.at} className="tabular shrink-0 text-xs leading-5 text-muted">
              {CLOCK.format(new Date(event.at))}
            </time>
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              <span className={clsx('font-medium', tone)}>{word}</span>
              {count > 1 && <span className="tabular text-muted"> ×{count}</span>}
              {isGroupNamed && event.group !== null && (
                <span className="tabular"> {groupName(event.group)}</span>
              )}
              {detail !== '' && <span className="text-muted"> · {detail}</span>}
            </span>
            {event.node_id !== '' && (
              <span className="tabular shrink-0 text-xs leading-5 text-muted">{event.node_id}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
