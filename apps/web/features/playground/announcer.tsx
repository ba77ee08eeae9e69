'use client';

import type { StoryLine } from '@fleetlm/raft/playground';
import { useEffect, useRef, useState } from 'react';

const QUIET_MS = 2_500;
const LINES_MAX = 2;

/** Says the turns of the story to who listens, at most every few seconds and then only the last ones. */
export function Announcer({ story }: { readonly story: readonly StoryLine[] }) {
  const [text, setText] = useState('');
  const said = useRef<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(story);
  latest.current = story;
  useEffect(() => {
    // What was there at the beginning is not news.
    said.current ??= story.at(-1)?.id ?? 0;
    if (timer.current !== null || (story.at(-1)?.id ?? 0) <= said.current) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      const since = said.current ?? 0;
      const turns = latest.current.filter(({ id, weight }) => id > since && weight !== 'detail');
      said.current = latest.current.at(-1)?.id ?? 0;
      if (turns.length > 0)
        setText(
          turns
            .slice(-LINES_MAX)
            .map((line) => line.text)
            .join(' '),
        );
    }, QUIET_MS);
  }, [story]);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}
