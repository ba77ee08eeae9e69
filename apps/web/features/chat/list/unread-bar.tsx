'use client';

import type { SessionView } from '@fleetlm/client';
import { useStore } from '@fleetlm/client/react';
import { preferences } from '@/common/preferences.ts';
import { Button } from '@/ui/button.tsx';

export interface UnreadBarProps {
  readonly view: SessionView;
  readonly onShow: () => void;
  readonly onMarkRead: () => void;
}

/** For those who mark conversations as read by hand: what is left to be marked. */
export function UnreadBar({ view, onShow, onMarkRead }: UnreadBarProps) {
  const { readsOnView } = useStore(preferences);
  const unread = (view.messages.at(-1)?.seq ?? 0) - view.lastReadSeq;
  if (readsOnView || !view.live || unread <= 0) return null;
  return (
    <div className="flex shrink-0 items-center gap-2 border-b border-border bg-surface px-4 py-1.5 text-sm">
      <span className="mr-auto text-muted">
        {unread === 1 ? 'One message is' : `${unread} messages are`} not marked as read.
      </span>
      <Button size="sm" variant="ghost" onClick={onShow}>
        Go to the first
      </Button>
      <Button size="sm" onClick={onMarkRead}>
        Mark as read
      </Button>
    </div>
  );
}
