import { createContext, type RefObject, useEffect, useState } from 'react';

/** Faster than this the text that passes can't be read. Pixels a second. */
const FAST = 3_000;
/** Steps in a row: a jump to a place is a single one. */
const FAST_STEPS = 3;
/** So long without a fast step, and it is read again. */
const CALM_MS = 150;

/** Whether the list around is scrolled so fast that plain text will do. */
export const FastScroll = createContext(false);

export function useIsScrollingFast(scroller: RefObject<HTMLElement | null>): boolean {
  const [isFast, setIsFast] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let top = element.scrollTop;
    let atMs = performance.now();
    let steps = 0;
    let calm: ReturnType<typeof setTimeout> | undefined;
    const onScroll = (): void => {
      const nowMs = performance.now();
      const speed = (Math.abs(element.scrollTop - top) / Math.max(1, nowMs - atMs)) * 1_000;
      top = element.scrollTop;
      atMs = nowMs;
      steps = speed < FAST ? 0 : steps + 1;
      if (steps < FAST_STEPS) return;
      setIsFast(true);
      clearTimeout(calm);
      calm = setTimeout(() => setIsFast(false), CALM_MS);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(calm);
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller]);
  return isFast;
}
