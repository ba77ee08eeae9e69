'use client';

import type { StoryLine } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import { memo } from 'react';
import { ScrollRegion } from '@/ui/scroll-region.tsx';

const SHOWN = 80;

/** What has happened, newest first. Turns stand out, so that an election can be read at a glance. */
export const StoryList = memo(function StoryList({
  story,
}: {
  readonly story: readonly StoryLine[];
}) {
  const shown = story.slice(-SHOWN).reverse();
  return (
    <section aria-labelledby="story-title" className="flex min-h-0 flex-col">
      <h2 id="story-title" className="mb-2 text-lg font-semibold">
        What happens
      </h2>
      <ScrollRegion
        label="What happens, newest first"
        className="max-h-96 overflow-y-auto rounded-lg border border-border bg-surface p-3"
      >
        {shown.length === 0 && <p className="text-muted">Nothing yet: press Play or Step.</p>}
        <ol>
          {shown.map((line) => (
            <li key={line.id} className="flex gap-3 py-0.5">
              <span className="tabular w-12 shrink-0 text-right text-xs leading-5 text-muted">
                {(line.atMs / 1_000).toFixed(2)}
              </span>
              <span className={WEIGHTS[line.weight]}>{line.text}</span>
            </li>
          ))}
        </ol>
      </ScrollRegion>
    </section>
  );
});

const WEIGHTS: Readonly<Record<StoryLine['weight'], string>> = {
  turn: 'font-medium text-text',
  detail: 'text-muted',
  command: clsx('text-info'),
};
