import type { InboxEntry } from '@fleetlm/client';
import { useCallback, useState } from 'react';
import { inHeldOrder, movedCount } from './inbox-view.ts';

export interface HeldOrder {
  readonly shown: readonly InboxEntry[];
  /** How many would stand elsewhere. */
  readonly moved: number;
  /** The user begins or ends to look at the list. */
  readonly hold: () => void;
  readonly release: () => void;
  readonly reorder: () => void;
}

/** Keeps the order of the list while a pointer or the focus is in it. */
export function useHeldOrder(entries: readonly InboxEntry[]): HeldOrder {
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const shown = held === null ? entries : inHeldOrder(entries, held);
  const order = entries.map(({ session_id }) => session_id).join(' ');
  const now = useCallback(() => order.split(' '), [order]);
  return {
    shown,
    moved: held === null ? 0 : movedCount(shown, entries),
    hold: () => setHeld((before) => before ?? now()),
    release: () => setHeld(null),
    reorder: () => setHeld(now()),
  };
}
