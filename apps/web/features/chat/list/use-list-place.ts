import type { Row, SessionStore } from '@fleetlm/client';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { toast } from 'sonner';

/** How long a conversation that was opened finds its place: until then lines are measured and grow. */
const SETTLED_AFTER_MS = 1_000;
const TOUCHES = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const;

export interface Start {
  readonly hasItems: boolean;
  readonly totalSize: number;
  /** The message that was asked for; -1: none, or it is not here yet. */
  readonly index: number;
  readonly scrollToIndex: (index: number, options: { readonly align: 'center' }) => void;
  readonly scrollToEnd: () => void;
}

/**
 * Begins at the end, or at the message that was asked for, and stays there while lines find their heights. Returns how to
 * give that up: the user wants to be elsewhere.
 */
export function useStart(scroller: RefObject<HTMLElement | null>, start: Start): () => void {
  const { hasItems, totalSize, index, scrollToIndex, scrollToEnd } = start;
  const isSettled = useRef(false);
  useEffect(() => {
    const element = scroller.current;
    if (!hasItems || element === null) return;
    const settle = (): void => {
      isSettled.current = true;
    };
    const timer = setTimeout(settle, SETTLED_AFTER_MS);
    for (const touch of TOUCHES) element.addEventListener(touch, settle, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const touch of TOUCHES) element.removeEventListener(touch, settle);
    };
  }, [scroller, hasItems]);
  const foundIndex = useRef(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is found again as lines find their heights
  useLayoutEffect(() => {
    if (!hasItems) return;
    if (index >= 0 && (foundIndex.current < 0 || !isSettled.current)) {
      foundIndex.current = index;
      scrollToIndex(index, { align: 'center' });
    } else if (index < 0 && !isSettled.current) scrollToEnd();
  }, [hasItems, totalSize, index, scrollToIndex, scrollToEnd]);
  return useCallback(() => {
    isSettled.current = true;
  }, []);
}

/** A user who sends wants to see the message, whatever was on the screen. */
export function useFollowOwn(rows: readonly Row[], scrollToEnd: () => void): void {
  const last = rows.at(-1);
  const sentKey = last?.type === 'outgoing' ? last.key : null;
  const seenKey = useRef(sentKey);
  useLayoutEffect(() => {
    if (sentKey === null || sentKey === seenKey.current) return;
    seenKey.current = sentKey;
    scrollToEnd();
  }, [sentKey, scrollToEnd]);
}

/** Asks for the page in front while the first messages held are near the view. */
export function useOlder(store: SessionStore, firstSeq: number, isDue: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that has come may not be enough: look again
  useEffect(() => {
    if (!isDue) return;
    store.loadOlder().catch((error: Error) => toast.error(error.message, { id: 'older-messages' }));
  }, [store, firstSeq, isDue]);
}
