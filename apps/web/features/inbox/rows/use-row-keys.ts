import type { InboxEntry } from '@fleetlm/client';
import { useFleetClient } from '@fleetlm/client/react';
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { toast } from 'sonner';
import { letterKey } from '@/common/keys.ts';
import { focusWhenDrawn } from '@/ui/focus-when-drawn.ts';
import { archiveWithUndo } from '../archive-with-undo.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

export interface RowKeys {
  readonly list: RefObject<HTMLElement | null>;
  readonly entries: readonly InboxEntry[];
  readonly reorder: () => void;
  readonly scrollToIndex: (index: number) => void;
}

/** In the list: arrows or J and K from one to the next, Home and End, U as read, E archives, R puts in order. */
export function useRowKeys(rows: RowKeys): (event: KeyboardEvent) => void {
  const { list, entries, reorder, scrollToIndex } = rows;
  const { inbox } = useFleetClient();
  const focusAt = (index: number): void => {
    const entry = entries[index];
    if (entry === undefined) return;
    scrollToIndex(index);
    focusWhenDrawn(list.current, `[data-key="${CSS.escape(entry.session_id)}"] a`);
  };
  useEnterByLetter(list, focusAt);
  useFollowFocus(entries, focusAt);
  const markRead = async (entry: InboxEntry): Promise<void> => {
    const error = await inbox.markRead([entry]);
    if (error !== null) toast.error(`It could not be marked as read: ${error.message}`);
  };
  return (event) => {
    const at = focusedIndex(entries);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const letter = letterKey(event.nativeEvent);
    const step = STEPS[letter ?? (event.key.length > 1 ? event.key : '')];
    const entry = entries[at];
    if (step !== undefined) focusAt(at + step);
    else if (event.key === 'Home') focusAt(0);
    else if (event.key === 'End') focusAt(entries.length - 1);
    else if (letter === 'u' && entry !== undefined) void markRead(entry);
    else if (letter === 'e' && entry !== undefined)
      void archiveWithUndo(entry.session_id, entry.status !== 'archived');
    else if (letter === 'r') reorder();
    else return;
    event.preventDefault();
  };
}

/** J or K with the focus nowhere in particular begins at the open conversation, or at the first one. */
function useEnterByLetter(
  list: RefObject<HTMLElement | null>,
  focusAt: (index: number) => void,
): void {
  const enter = useRef(focusAt);
  useEffect(() => {
    enter.current = focusAt;
  });
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      const isNowhere =
        document.activeElement === document.body || document.activeElement?.id === 'main';
      const letter = letterKey(event);
      if (!isNowhere || event.defaultPrevented || (letter !== 'j' && letter !== 'k')) return;
      event.preventDefault();
      const current = list.current?.querySelector<HTMLElement>('a[aria-current="page"]');
      if (current === null || current === undefined) enter.current(0);
      else current.focus();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [list]);
}

/** A conversation that goes from under the focus (archived) leaves it to the one that takes its place. */
function useFollowFocus(entries: readonly InboxEntry[], focusAt: (index: number) => void): void {
  const before = useRef<{ readonly id: string; readonly at: number } | null>(null);
  useEffect(() => {
    const at = focusedIndex(entries);
    const entry = entries[at];
    const held = before.current;
    const isGone = held !== null && !entries.some(({ session_id }) => session_id === held.id);
    before.current = entry === undefined ? null : { id: entry.session_id, at };
    if (isGone && document.activeElement === document.body)
      focusAt(Math.min(held.at, entries.length - 1));
  });
}

function focusedIndex(entries: readonly InboxEntry[]): number {
  const line = document.activeElement?.closest('li[data-key]');
  const key = line instanceof HTMLElement ? line.dataset.key : undefined;
  return key === undefined ? -1 : entries.findIndex(({ session_id }) => session_id === key);
}
