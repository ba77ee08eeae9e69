import clsx from 'clsx';
import { Pencil } from 'lucide-react';
import { Button } from '@/ui/button.tsx';
import { AttachmentList, type AttachmentListProps } from './attachment-list.tsx';
import type { Edited } from './composer.tsx';

export interface ComposerExtrasProps extends AttachmentListProps {
  readonly edited: Edited | null;
  /** Files are held over the page. */
  readonly isOver: boolean;
  readonly onCancelEdit: () => void;
}

/** Above the composer: which message is being changed, and what is attached. */
export function ComposerExtras({ edited, isOver, onCancelEdit, ...list }: ComposerExtrasProps) {
  const isShown = edited !== null || isOver || list.all.length > 0;
  return (
    <div
      className={clsx(
        'mx-auto flex max-w-[calc(72ch+24px)] flex-wrap items-center gap-2 text-sm',
        isShown && 'mb-1.5',
      )}
    >
      {edited !== null && (
        <p role="status" className="flex items-center gap-2 text-muted">
          <Pencil size={14} aria-hidden /> You are changing message #{edited.seq}; what follows it
          will be replaced.
          <Button size="sm" variant="ghost" onClick={onCancelEdit}>
            Cancel
          </Button>
        </p>
      )}
      {isOver && (
        <p className="w-full rounded-md border border-dashed border-strong px-3 py-2 text-muted">
          Drop to attach
        </p>
      )}
      <AttachmentList {...list} />
    </div>
  );
}
