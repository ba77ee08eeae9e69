import type { SessionStore, SessionView } from '@fleetlm/client';
import { useStore } from '@fleetlm/client/react';
import { useEffect } from 'react';
import { preferences } from '@/common/preferences.ts';

/** How long the newest message has to be in view, in a visible and focused page, to count as read. */
const SEEN_AFTER_MS = 500;

/** Moves the read cursor while the person is looking at the end of the conversation, unless they do that by hand. */
export function useReadCursor(store: SessionStore, view: SessionView, isAtEnd: boolean): void {
  const lastSeq = view.messages.at(-1)?.seq ?? 0;
  const { readsOnView } = useStore(preferences);
  const isDue = readsOnView && view.live && isAtEnd && lastSeq > view.lastReadSeq;
  useEffect(() => {
    if (!isDue) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible' && document.hasFocus())
        timer = setTimeout(() => store.markRead(lastSeq), SEEN_AFTER_MS);
    };
    look();
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [store, lastSeq, isDue]);
}
