'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { eraseConversation } from './queries.ts';

export interface DeleteConversationProps {
  readonly sessionId: string;
  readonly title: string | null;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Asks once more: what is erased is nowhere any more. */
export function DeleteConversation({
  sessionId,
  title,
  open,
  onOpenChange,
}: DeleteConversationProps) {
  const router = useRouter();
  const [isErasing, setIsErasing] = useState(false);
  const erase = async (): Promise<void> => {
    setIsErasing(true);
    try {
      await eraseConversation(sessionId);
      router.push('/inbox');
      toast.success('The conversation is deleted.');
    } catch (cause) {
      toast.error(cause instanceof Error ? cause.message : String(cause));
      setIsErasing(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title === null ? 'Delete this conversation?' : `Delete “${title}”?`}
      description="All its messages are erased, on every device and in the archive. This can’t be undone. To hide it only, archive it."
    >
      <footer className="flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Keep it</Button>
        <Button
          variant="danger"
          disabled={isErasing}
          onClick={() => {
            void erase();
          }}
        >
          {isErasing ? 'Deleting…' : 'Delete for good'}
        </Button>
      </footer>
    </Dialog>
  );
}
