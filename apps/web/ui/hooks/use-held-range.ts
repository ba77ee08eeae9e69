import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';
import { type FocusEvent, useCallback, useState } from 'react';

export interface HeldRange {
  readonly rangeExtractor: (range: Range) => number[];
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: () => void;
}

/**
 * Keeps the line that has the focus in the page while it is scrolled away: the focus of a line that is removed is lost, and
 * the keyboard with it. Lines name themselves with `data-key`.
 */
export function useHeldRange(indexOf: (key: string) => number): HeldRange {
  const [key, setKey] = useState<string | null>(null);
  const index = key === null ? -1 : indexOf(key);
  const rangeExtractor = useCallback(
    (range: Range): number[] => {
      const indexes = defaultRangeExtractor(range);
      if (index < 0 || index >= range.count || indexes.includes(index)) return indexes;
      return [...indexes, index].sort((a, b) => a - b);
    },
    [index],
  );
  const onFocus = useCallback((event: FocusEvent) => {
    const line = event.target instanceof Element ? event.target.closest('[data-key]') : null;
    setKey(line instanceof HTMLElement ? (line.dataset.key ?? null) : null);
  }, []);
  const onBlur = useCallback(() => setKey(null), []);
  return { rangeExtractor, onFocus, onBlur };
}
