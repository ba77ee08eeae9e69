import type { Row, SessionStore, SessionView } from '@fleetlm/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { FIND_LENGTH_MIN, foundSeqs, neighbour } from './found-messages.ts';

/** Messages read at once while looking further back: what the server gives at most. */
const PAGE = 200;

export interface Find {
  readonly isOpen: boolean;
  readonly text: string;
  readonly seqs: readonly number[];
  /** The message that is being shown; null: none. */
  readonly seq: number | null;
  /** How far back was looked: the first seq. */
  readonly lookedBackTo: number;
  readonly isLooking: boolean;
  /** Why it could not look further back. */
  readonly failure: string | null;
  readonly open: () => void;
  readonly close: () => void;
  readonly setText: (text: string) => void;
  readonly go: (direction: 'older' | 'newer') => void;
  readonly lookFurther: () => void;
}

/** Finds in the whole conversation, from its end backwards: what is not here yet is fetched as long as it is open. */
export function useFind(
  store: SessionStore,
  view: SessionView,
  rows: readonly Row[],
  show: (seq: number) => void,
): Find {
  const [isOpen, setIsOpen] = useState(false);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const isDue = isOpen && text.trim().length >= FIND_LENGTH_MIN;
  const seqs = useMemo(() => (isDue ? foundSeqs(rows, text) : []), [isDue, rows, text]);
  const seq = chosen !== null && seqs.includes(chosen) ? chosen : (seqs.at(-1) ?? null);
  const lookedBackTo = view.messages[0]?.seq ?? 0;
  const isLooking = isDue && view.hasOlder && failure === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page the one before it
  useEffect(() => {
    if (isLooking) store.loadOlder(PAGE).catch((error: Error) => setFailure(error.message));
  }, [store, isLooking, lookedBackTo]);
  useEffect(() => {
    if (seq !== null) show(seq);
  }, [seq, show]);
  const go = useCallback(
    (direction: 'older' | 'newer') => {
      const next = neighbour(seqs, seq, direction);
      setChosen(next);
      // There may be one only, and it was scrolled away.
      if (next !== null && next === seq) show(next);
    },
    [seqs, seq, show],
  );
  const open = useCallback(() => setIsOpen(true), []);
  const close = useCallback(() => {
    setIsOpen(false);
    setChosen(null);
    setFailure(null);
  }, []);
  const change = useCallback((next: string) => {
    setText(next);
    setChosen(null);
  }, []);
  const lookFurther = useCallback(() => setFailure(null), []);
  return {
    ...{ isOpen, text, seqs, seq, lookedBackTo, isLooking, failure },
    ...{ open, close, setText: change, go, lookFurther },
  };
}
