'use client';

import { ArrowDown } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';

export interface JumpToLatestProps {
  readonly isAnswering: boolean;
  readonly lastSeq: number;
  readonly onJump: () => void;
}

/** Says what has come since one scrolled away from the end, and goes there. */
export function JumpToLatest({ isAnswering, lastSeq, onJump }: JumpToLatestProps) {
  const [leftAtSeq] = useState(lastSeq);
  const fresh = lastSeq - leftAtSeq;
  const news = [fresh > 0 ? `${fresh} new` : 'Latest', isAnswering ? 'still writing' : null].filter(
    (part) => part !== null,
  );
  return (
    <Button
      onClick={onJump}
      size="sm"
      className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-float"
    >
      <ArrowDown size={14} aria-hidden /> {news.join(', ')}
    </Button>
  );
}
