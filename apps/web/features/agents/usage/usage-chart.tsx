import type { UsageAnswer } from '@fleetlm/protocol';
import { formatNumber } from '@/common/format-figures.ts';
import { costWords } from './cost-words.ts';
import { everyDay } from './every-day.ts';

/** A bar for each day. What the bars say is in their list, as text. */
export function UsageChart({ days }: { readonly days: UsageAnswer }) {
  const bars = everyDay(days);
  const highest = Math.max(1, ...bars.map(({ tokens }) => tokens));
  return (
    <figure className="rounded-lg border border-border bg-surface p-4">
      <figcaption className="text-xs text-muted">Tokens by day (UTC)</figcaption>
      <ol className="mt-3 flex h-32 items-end gap-px" aria-label="Tokens by day">
        {bars.map(({ day, tokens, costs }) => (
          <li
            key={day}
            title={`${day}: ${formatNumber(tokens)} tokens, ${costWords(costs)}`}
            className="flex h-full min-w-0 flex-1 items-end"
          >
            <span className="sr-only">
              {day}: {formatNumber(tokens)} tokens
            </span>
            <span
              aria-hidden
              className="w-full rounded-t-[2px] bg-accent"
              style={{ height: `${(tokens / highest) * 100}%` }}
            />
          </li>
        ))}
      </ol>
      <div className="tabular mt-1 flex justify-between text-xs text-muted" aria-hidden>
        <span>{days.from}</span>
        <span>{days.to}</span>
      </div>
    </figure>
  );
}
