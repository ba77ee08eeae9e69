'use client';

import type { FeedbackRating } from '@fleetlm/protocol';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { FeedbackDialog } from './feedback-dialog.tsx';
import { useSessionFeedback } from './session-feedback.tsx';

/** Whether a reply was any good: a click says so and asks why, another one takes it back. */
export function FeedbackButtons({ seq }: { readonly seq: number }) {
  const feedback = useSessionFeedback();
  const [isAsking, setIsAsking] = useState(false);
  if (feedback === null) return null;
  const own = feedback.of(seq);
  const rate = (rating: FeedbackRating) => {
    if (own?.rating === rating) feedback.withdraw(seq);
    else {
      feedback.keep({ seq, rating, reason: null, comment: null });
      setIsAsking(true);
    }
  };
  return (
    <>
      <Rate rating="up" label="Good reply" isOwn={own?.rating === 'up'} onRate={rate} />
      <Rate rating="down" label="Bad reply" isOwn={own?.rating === 'down'} onRate={rate} />
      {own !== null && (
        <FeedbackDialog
          open={isAsking}
          onOpenChange={setIsAsking}
          own={own}
          onSave={(changed) => feedback.keep(changed)}
        />
      )}
    </>
  );
}

interface RateProps {
  readonly rating: FeedbackRating;
  readonly label: string;
  readonly isOwn: boolean;
  readonly onRate: (rating: FeedbackRating) => void;
}

function Rate({ rating, label, isOwn, onRate }: RateProps) {
  const Icon = rating === 'up' ? ThumbsUp : ThumbsDown;
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={label}
      aria-pressed={isOwn}
      title={isOwn ? 'Take your feedback back' : label}
      onClick={() => onRate(rating)}
      className={isOwn ? 'text-accent' : ''}
    >
      <Icon size={14} aria-hidden fill={isOwn ? 'currentColor' : 'none'} />
    </Button>
  );
}
