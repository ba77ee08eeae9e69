'use client';

import type { FeedbackRating, FeedbackStatsAnswer, RestAnswerOf } from '@fleetlm/protocol';
import clsx from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { formatNumber } from '@/common/format-figures.ts';
import { REASON_LABELS } from '@/features/feedback/index.ts';
import { Button } from '@/ui/button.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { feedbackHref } from './feedback-query.ts';
import { FeedbackTable } from './feedback-table.tsx';

interface FeedbackViewProps {
  readonly agentId: string;
  readonly page: RestAnswerOf<'listAgentFeedback'>;
  readonly stats: FeedbackStatsAnswer;
  readonly rating: string | null;
  readonly cursor: string | null;
}

/** What users think of an agent’s replies: how many, why, and in their words. */
export function FeedbackView({ agentId, page, stats, rating, cursor }: FeedbackViewProps) {
  const pathname = usePathname();
  const total = stats.up + stats.down;
  const file = `/api/agents/${encodeURIComponent(agentId)}/feedback?form=`;
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-3 gap-3">
        <Figure label={`Good since ${stats.from}`} value={formatNumber(stats.up)} />
        <Figure label="Bad" value={formatNumber(stats.down)} />
        <Figure
          label="Share of good"
          value={total === 0 ? '–' : `${Math.round((stats.up / total) * 100)} %`}
        />
      </dl>
      <Reasons stats={stats} />
      <RatingFilter current={rating} />
      {page.feedback.length === 0 ? (
        <EmptyState
          title={cursor === null ? 'No feedback yet' : 'Nothing older'}
          text="Users rate a reply with the thumbs below it."
        />
      ) : (
        <FeedbackTable rows={page.feedback} />
      )}
      <div className="flex flex-wrap gap-2">
        {cursor !== null && (
          <Button asChild size="sm">
            <Link href={feedbackHref(pathname, { rating })}>Newest</Link>
          </Button>
        )}
        {page.next !== null && (
          <Button asChild size="sm">
            <Link href={feedbackHref(pathname, { rating, cursor: page.next })}>Older</Link>
          </Button>
        )}
        <Button asChild size="sm">
          <a href={`${file}csv`} download>
            CSV
          </a>
        </Button>
        <Button asChild size="sm">
          <a href={`${file}jsonl`} download>
            JSON lines
          </a>
        </Button>
      </div>
    </div>
  );
}

function Reasons({ stats }: { readonly stats: FeedbackStatsAnswer }) {
  const given = stats.reasons.flatMap(({ rating, reason, count }) =>
    rating === 'down' && reason !== null ? [{ reason, count }] : [],
  );
  if (given.length === 0) return null;
  return (
    <ul aria-label="Reasons of bad replies" className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {given.map(({ reason, count }) => (
        <li key={reason}>
          {REASON_LABELS[reason]} <span className="tabular text-muted">{count}</span>
        </li>
      ))}
    </ul>
  );
}

const RATINGS: readonly (FeedbackRating | null)[] = [null, 'up', 'down'];
const RATING_WORDS = { up: 'good', down: 'bad' } as const;

function RatingFilter({ current }: { readonly current: string | null }) {
  const pathname = usePathname();
  return (
    <ul aria-label="Rating" className="flex flex-wrap gap-1.5">
      {RATINGS.map((rating) => (
        <li key={rating ?? 'all'}>
          <Link
            href={feedbackHref(pathname, { rating })}
            aria-current={rating === current ? 'true' : undefined}
            className={clsx(
              'block rounded-md border px-2.5 py-1 text-sm',
              rating === current
                ? 'border-accent bg-surface font-medium text-text'
                : 'border-border text-muted hover:text-text',
            )}
          >
            {rating === null ? 'all' : RATING_WORDS[rating]}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="rounded-lg border border-border bg-surface px-4 py-3">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="tabular text-xl font-semibold">{value}</dd>
    </div>
  );
}
