import { partsOf, textOfParts } from '@fleetlm/client';
import type { KeyboardEvent, RefObject } from 'react';
import { toast } from 'sonner';
import { letterKey } from '@/common/keys.ts';
import { focusWhenDrawn } from '@/ui/focus-when-drawn.ts';
import type { ChatItem } from './chat-items.ts';

export interface FeedKeys {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly items: readonly ChatItem[];
  readonly scrollToIndex: (index: number) => void;
  readonly scrollToEnd: () => void;
}

/** The keys of the feed pattern: PageDown and PageUp from message to message, End to the latest; C copies. */
export function useFeedKeys(feed: FeedKeys): (event: KeyboardEvent) => void {
  const { scroller, items, scrollToIndex, scrollToEnd } = feed;
  const focusAt = (index: number): void => {
    scrollToIndex(index);
    focusWhenDrawn(scroller.current, `[data-index="${index}"] article`);
  };
  return (event) => {
    const at = focusedIndex();
    if (event.key === 'PageDown' || event.key === 'PageUp') {
      const next = nextMessage(items, at ?? inView(scroller.current), event.key, at === null);
      event.preventDefault();
      if (next >= 0) focusAt(next);
    } else if (event.key === 'End' && !event.shiftKey) {
      event.preventDefault();
      scroller.current?.focus({ preventScroll: true });
      scrollToEnd();
    } else if (letterKey(event) === 'c' && at !== null) {
      event.preventDefault();
      void copy(items[at]);
    }
  };
}

/** Where PageDown or PageUp goes; -1: there is no message on that side. Days and dividers are passed over. */
function nextMessage(
  items: readonly ChatItem[],
  from: number,
  key: 'PageDown' | 'PageUp',
  isFromOutside: boolean,
): number {
  const isMessage = ({ type }: ChatItem): boolean => type === 'row' || type === 'answer';
  const here = isFromOutside ? 0 : 1;
  return key === 'PageDown'
    ? items.findIndex((item, index) => index >= from + here && isMessage(item))
    : items.findLastIndex((item, index) => index <= from - here && isMessage(item));
}

function focusedIndex(): number | null {
  const line = document.activeElement?.closest('[data-index]');
  return line instanceof HTMLElement ? Number(line.dataset.index) : null;
}

/** The line in the middle of the view: where reading is when nothing has the focus yet. */
function inView(scroller: HTMLElement | null): number {
  if (scroller === null) return 0;
  const { top, height } = scroller.getBoundingClientRect();
  const lines = [...scroller.querySelectorAll<HTMLElement>('[data-index]')];
  const line = lines.find((other) => other.getBoundingClientRect().bottom > top + height / 2);
  return Number((line ?? lines.at(-1))?.dataset.index ?? 0);
}

async function copy(item: ChatItem | undefined): Promise<void> {
  if (item?.type !== 'row') return;
  const source = item.row.type === 'message' ? item.row.message : item.row.entry;
  try {
    await navigator.clipboard.writeText(textOfParts(partsOf(source)));
    toast.success('The message is copied.');
  } catch {
    toast.error('The browser does not allow copying here.');
  }
}
