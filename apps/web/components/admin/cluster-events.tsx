import type { ClusterEvent } from '@fleetlm/client/admin';
import { groupName } from '@/lib/group-grid.ts';

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const SHOWN = 12;

export function ClusterEvents({ events }: { readonly events: readonly ClusterEvent[] }) {
  return (
    <section aria-labelledby="events-title" className="min-w-0">
      <h2 id="events-title" className="mb-2 font-semibold">
        Events
      </h2>
      {events.length === 0 && <p className="text-muted">None since this page was opened.</p>}
      <ol aria-label="Events, newest first">
        {events.slice(0, SHOWN).map((event, index) => (
          <li
            // Only ever added in front: the place from the end is the identity.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={`${event.at}-${events.length - index}`}
            className="flex gap-3 border-b border-border py-1.5 last:border-b-0"
          >
            <time dateTime={event.at} className="tabular shrink-0 text-xs leading-5 text-muted">
              {CLOCK.format(new Date(event.at))}
            </time>
            <span className="min-w-0">
              <span className="font-medium">{event.kind.replaceAll('-', ' ')}</span>
              {event.group !== null && <span className="tabular"> {groupName(event.group)}</span>}
              {event.node_id !== '' && <span className="tabular text-muted"> {event.node_id}</span>}
              {event.detail !== '' && (
                <span className="block truncate text-muted">{event.detail}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
