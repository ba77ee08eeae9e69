'use client';

import type { InboxEntry } from '@fleetlm/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useMemo, useRef } from 'react';
import { useHeldRange } from '@/ui/hooks/use-held-range.ts';
import { InboxRow } from './inbox-row.tsx';
import { sectionStarts } from './inbox-sections.ts';
import type { HeldOrder } from './use-held-order.ts';
import { useRowKeys } from './use-row-keys.ts';

/** Of every row with the gap below it, in pixels: `h-[64px]` in inbox-row.tsx. */
const ROW_HEIGHT = 66;
/** Of the heading of a section above its first row, in pixels. */
const HEADING_HEIGHT = 32;
/** Before the list has been measured, as while the server draws it. */
const FIRST_RECT = { width: 320, height: 720 };

export interface VirtualRowsProps {
  readonly entries: readonly InboxEntry[];
  readonly userId: string;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly currentId: string | null;
  readonly order: HeldOrder;
}

/** The conversations in view, of however many; each says which of how many it is. */
export function VirtualRows({ entries, userId, scroller, currentId, order }: VirtualRowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const held = useHeldRange((key) => entries.findIndex(({ session_id }) => session_id === key));
  const starts = useMemo(() => sectionStarts(entries, Date.now()), [entries]);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ROW_HEIGHT + (starts[index] === null ? 0 : HEADING_HEIGHT),
    getItemKey: (index) => entries[index]?.session_id ?? index,
    rangeExtractor: held.rangeExtractor,
    initialRect: FIRST_RECT,
    overscan: 6,
  });
  // Rows and headings move when an entry changes its section, which is no change of their number.
  const headings = starts.map((start) => (start === null ? '' : '-')).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for the sizes anew
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, headings]);
  const onKeyDown = useRowKeys({
    list,
    entries,
    reorder: order.reorder,
    scrollToIndex: (index) => virtualizer.scrollToIndex(index),
  });
  if (entries.length === 0) return null;
  return (
    <ul
      ref={list}
      aria-label="Conversations"
      className="relative"
      style={{ height: virtualizer.getTotalSize() }}
      onMouseEnter={order.hold}
      onMouseLeave={order.release}
      onFocus={(event) => {
        order.hold();
        held.onFocus(event);
      }}
      onBlur={() => {
        order.release();
        held.onBlur();
      }}
      onKeyDown={onKeyDown}
    >
      {virtualizer.getVirtualItems().map((virtual) => {
        const entry = entries[virtual.index];
        if (entry === undefined) return null;
        return (
          <li
            key={virtual.key}
            data-key={entry.session_id}
            aria-setsize={entries.length}
            aria-posinset={virtual.index + 1}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${virtual.start}px)` }}
          >
            {starts[virtual.index] !== null && (
              <span className="flex h-8 items-end px-4 pb-1 text-xs font-medium text-muted">
                {starts[virtual.index]}
              </span>
            )}
            <InboxRow entry={entry} userId={userId} isCurrent={entry.session_id === currentId} />
          </li>
        );
      })}
    </ul>
  );
}
