'use client';

import { FEEDBACK_COMMENT_LENGTH_MAX, type FeedbackReason } from '@fleetlm/protocol/plain';
import { useId, useState } from 'react';
import { REASON_LABELS, REASONS_OFFERED } from '@/features/feedback/index.ts';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import type { OwnFeedback } from './queries.ts';

interface FeedbackDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly own: OwnFeedback;
  readonly onSave: (feedback: OwnFeedback) => void;
}

/** Why, if the person wants to say so: the rating itself is saved already. */
export function FeedbackDialog({ open, onOpenChange, own, onSave }: FeedbackDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Thanks. What was it?"
      description="Optional. The owner of the agent can read it."
    >
      <Reasons own={own} onSave={onSave} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

interface ReasonsProps extends Pick<FeedbackDialogProps, 'own' | 'onSave'> {
  readonly onDone: () => void;
}

function Reasons({ own, onSave, onDone }: ReasonsProps) {
  const id = useId();
  const [reason, setReason] = useState<FeedbackReason | null>(own.reason);
  const [comment, setComment] = useState(own.comment ?? '');
  const save = () => {
    const text = comment.trim();
    onSave({ ...own, reason, comment: text === '' ? null : text.toWellFormed() });
    onDone();
  };
  return (
    <div className="flex flex-col gap-4">
      <fieldset className="flex flex-wrap gap-2">
        <legend className="mb-2 text-sm font-medium">Reason</legend>
        {REASONS_OFFERED[own.rating].map((offered) => (
          <Button
            key={offered}
            size="sm"
            aria-pressed={reason === offered}
            variant={reason === offered ? 'primary' : 'secondary'}
            onClick={() => setReason(reason === offered ? null : offered)}
          >
            {REASON_LABELS[offered]}
          </Button>
        ))}
      </fieldset>
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          Comment
        </label>
        <textarea
          id={id}
          rows={3}
          dir="auto"
          maxLength={FEEDBACK_COMMENT_LENGTH_MAX}
          value={comment}
          onChange={({ target }) => setComment(target.value)}
          className="rounded-md border border-strong bg-surface px-3 py-2 text-base"
        />
      </div>
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onDone}>
          Not now
        </Button>
        <Button variant="primary" onClick={save}>
          Send
        </Button>
      </div>
    </div>
  );
}
