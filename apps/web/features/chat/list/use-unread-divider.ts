import type { SessionView } from '@fleetlm/client';
import { useCallback, useEffect, useState } from 'react';

export interface UnreadDivider {
  /** The divider stands after this seq; null: there is none. */
  readonly afterSeq: number | null;
  readonly clear: () => void;
}

/** Where the unread messages began when the conversation was opened; stays until one leaves or sends. */
export function useUnreadDivider(view: SessionView): UnreadDivider {
  const [opened, setOpened] = useState<{ readonly afterSeq: number | null } | null>(null);
  const { session } = view;
  useEffect(() => {
    if (opened !== null || session === null) return;
    const { last_read_seq, last_seq } = session;
    setOpened({ afterSeq: last_read_seq > 0 && last_read_seq < last_seq ? last_read_seq : null });
  }, [opened, session]);
  const clear = useCallback(() => setOpened({ afterSeq: null }), []);
  return { afterSeq: opened?.afterSeq ?? null, clear };
}
