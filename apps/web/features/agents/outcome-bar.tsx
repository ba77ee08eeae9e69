import type { AgentWindow } from '@fleetlm/protocol';
import { formatDuration } from '@/common/format-time.ts';
import { outcomeShares } from './outcome-shares.ts';

export interface OutcomeBarProps {
  readonly title: string;
  readonly window: AgentWindow;
}

/** How the turns of a time ended, and how long they took: the picture of what the table says. */
export function OutcomeBar({ title, window }: OutcomeBarProps) {
  const shares = outcomeShares(window);
  const { first_token_ms: first, total_ms: total } = window;
  return (
    <figure
      aria-label={title}
      className="flex flex-col gap-3 rounded-lg border border-border bg-surface p-4 shadow-card"
    >
      <figcaption className="text-sm font-medium">{title}</figcaption>
      {shares.length === 0 ? (
        <p className="text-sm text-muted">No turns yet.</p>
      ) : (
        <>
          <div aria-hidden className="flex h-3 gap-0.5 overflow-hidden rounded-full">
            {shares.map(({ outcome, share, colour }) => (
              <span
                key={outcome}
                style={{ flexGrow: share, background: colour }}
                className="min-w-1"
              />
            ))}
          </div>
          <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
            {shares.map(({ outcome, count, colour }) => (
              <li key={outcome} className="flex items-center gap-1.5">
                <span aria-hidden style={{ background: colour }} className="size-2 rounded-full" />
                {outcome} <span className="tabular text-text">{count}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {first !== null && total !== null && (
        <div className="flex flex-col gap-1.5 text-xs text-muted">
          <Times label="First token" times={first} longestMs={total.p95} />
          <Times label="Whole answer" times={total} longestMs={total.p95} />
        </div>
      )}
    </figure>
  );
}

/** A bar to the median, and a thin one from there to the 95th percentile. */
function Times({
  label,
  times: { p50, p95 },
  longestMs,
}: {
  readonly label: string;
  readonly times: { readonly p50: number; readonly p95: number };
  readonly longestMs: number;
}) {
  const width = (ms: number): string => `${(100 * ms) / Math.max(1, longestMs)}%`;
  return (
    <div className="grid grid-cols-[84px_minmax(0,1fr)_auto] items-center gap-2">
      <span>{label}</span>
      <span aria-hidden className="relative h-2 overflow-hidden rounded-full bg-raised">
        <span
          className="absolute inset-y-0 left-0 rounded-full bg-accent opacity-35"
          style={{ width: width(p95) }}
        />
        <span
          className="absolute inset-y-0 left-0 rounded-full bg-accent"
          style={{ width: width(p50) }}
        />
      </span>
      <span className="tabular text-text">
        {formatDuration(p50)} / {formatDuration(p95)}
      </span>
    </div>
  );
}
