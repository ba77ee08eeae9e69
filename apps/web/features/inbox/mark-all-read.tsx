'use client';

import type { InboxEntry } from '@fleetlm/client';
import { useFleetClient } from '@fleetlm/client/react';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Notice } from '@/ui/notice.tsx';

export interface MarkAllReadProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly entries: readonly InboxEntry[];
  /** There are older conversations than these. */
  readonly hasOlder: boolean;
}

/** Asks before it marks everything as read: what was unread is not to be found again afterwards. */
export function MarkAllRead({ open, onOpenChange, entries, hasOlder }: MarkAllReadProps) {
  const { inbox } = useFleetClient();
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const unread = entries.filter(({ unread_count }) => unread_count > 0);
  const mark = async (): Promise<void> => {
    setIsBusy(true);
    const error = await inbox.markRead(unread);
    setIsBusy(false);
    setFailure(error === null ? null : error.message);
    if (error === null) onOpenChange(false);
  };
  const many = unread.length === 1 ? 'one conversation' : `${unread.length} conversations`;
  const what =
    unread.length === 0
      ? 'Nothing is unread.'
      : `Unread messages in ${many} will be marked as read on all your devices.`;
  return (
    <Dialog
      open={open}
      onOpenChange={(isOpen) => {
        setFailure(null);
        onOpenChange(isOpen);
      }}
      title="Mark all as read"
      description={
        hasOlder ? `${what} Older conversations that are not listed stay as they are.` : what
      }
    >
      {failure !== null && (
        <Notice tone="critical" role="alert" className="mb-3">
          Not all could be marked: {failure}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>
          {unread.length === 0 ? 'Close' : 'Cancel'}
        </Button>
        {unread.length > 0 && (
          <Button
            variant="primary"
            disabled={isBusy}
            onClick={() => {
              void mark();
            }}
          >
            {isBusy ? 'Marking…' : 'Mark as read'}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
