'use client';

import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What happens, and what does not. */
  readonly description: string;
  /** The two answers: the one that changes nothing has the focus. */
  readonly keep: string;
  readonly act: string;
  readonly isPending?: boolean;
  readonly onConfirm: () => void;
}

/** A question before something that can not be undone by one click. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  keep,
  act,
  isPending = false,
  onConfirm,
}: ConfirmDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description}>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>{keep}</Button>
        <Button variant="danger" disabled={isPending} onClick={onConfirm}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
