import type { SessionStore, SessionView } from '@fleetlm/client';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { toast } from 'sonner';
import type { MessagePlaces } from './message-list.tsx';

const PAGE = 200;

/** Goes to the first unread message, and fetches what lies between when it is not here yet. */
export function useShowUnread(
  store: SessionStore,
  view: SessionView,
  afterSeq: number | null,
  places: RefObject<MessagePlaces | null>,
): () => void {
  const isWanted = useRef(false);
  const firstSeq = view.messages[0]?.seq ?? 0;
  const isHere = !view.hasOlder || (afterSeq !== null && firstSeq <= afterSeq + 1);
  const show = useCallback(() => {
    if (afterSeq === null) {
      toast('Nothing is unread here.', { id: 'unread' });
      return;
    }
    isWanted.current = !isHere;
    if (isHere) {
      places.current?.showUnread();
      return;
    }
    store.loadOlder(PAGE).catch((error: Error) => {
      isWanted.current = false;
      toast.error(error.message, { id: 'older-messages' });
    });
  }, [store, afterSeq, isHere, places]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page it looks again
  useEffect(() => {
    if (isWanted.current) show();
  }, [show, firstSeq]);
  return show;
}
