'use client';

import { type ReactNode, useState } from 'react';
import { formatNumber } from '@/common/format-figures.ts';
import { Button } from '@/ui/button.tsx';
import { SHOWN_LENGTH_MAX } from './text-bounds.ts';

/**
 * Text of any length: the first part of it, or the newest while it is written, and the whole when it is asked for. A megabyte that
 * no one reads must not hold up the page.
 */
export function LongText({
  text,
  isGrowing = false,
}: {
  readonly text: string;
  readonly isGrowing?: boolean;
}): ReactNode {
  const [isWhole, setIsWhole] = useState(false);
  if (isWhole || text.length <= SHOWN_LENGTH_MAX) return text;
  return (
    <>
      {isGrowing ? `…${text.slice(-SHOWN_LENGTH_MAX)}` : `${text.slice(0, SHOWN_LENGTH_MAX)}…`}
      <span className="block py-1 font-sans">
        <Button size="sm" onClick={() => setIsWhole(true)}>
          Show all {formatNumber(text.length)} characters
        </Button>
      </span>
    </>
  );
}
