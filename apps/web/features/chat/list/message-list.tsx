'use client';

import { isBusy, type Row, type SessionStore, type SessionView } from '@fleetlm/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useHeldRange } from '@/ui/hooks/use-held-range.ts';
import { type ChatItem, chatItems } from './chat-items.ts';
import { ChatLine } from './chat-line.tsx';
import { JumpToLatest } from './jump-to-latest.tsx';
import { FastScroll, useIsScrollingFast } from './scroll-speed.ts';
import { useFeedKeys } from './use-feed-keys.ts';
import { useFollowOwn, useOlder, useStart } from './use-list-place.ts';

/** Closer to the end than this the list follows what is new, in pixels. */
const END_DISTANCE = 80;
const OLDER_BEFORE_INDEX = 4;

/** Places of the list that can be gone to from elsewhere. */
export interface MessagePlaces {
  readonly showSeq: (seq: number) => void;
  /** False: nothing is unread, or the divider is not here. */
  readonly showUnread: () => boolean;
  readonly focus: () => void;
}

export interface MessageListProps {
  readonly places: Ref<MessagePlaces>;
  readonly store: SessionStore;
  readonly view: SessionView;
  readonly rows: readonly Row[];
  readonly userId: string;
  readonly agentName: string;
  readonly unreadAfterSeq: number | null;
  /** An older page is needed to be sure of the rows. */
  readonly needsOlder: boolean;
  /** Where to begin; null: at the end. */
  readonly startSeq: number | null;
  readonly onAtEndChange: (isAtEnd: boolean) => void;
}

/** The messages. Only those in view are in the page; it follows new ones only while its end is in view. */
export function MessageList(props: MessageListProps) {
  const { store, view, rows, userId, agentName, unreadAfterSeq, onAtEndChange } = props;
  const { needsOlder, startSeq } = props;
  const { answerEpoch } = view;
  const items = useMemo(
    () =>
      chatItems({ rows, hasOlder: view.hasOlder, agent: view.agent, answerEpoch, unreadAfterSeq }),
    [rows, view.hasOlder, view.agent, answerEpoch, unreadAfterSeq],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const isFast = useIsScrollingFast(scroller);
  const held = useHeldRange((key) => items.findIndex((item) => item.key === key));
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_DISTANCE,
    overscan: 8,
    rangeExtractor: held.rangeExtractor,
    paddingStart: 16,
    paddingEnd: 16,
    onChange: (instance) => setIsAtEnd(instance.isAtEnd(END_DISTANCE)),
  });
  useEffect(() => onAtEndChange(isAtEnd), [isAtEnd, onAtEndChange]);

  const scrollToEnd = useCallback(() => virtualizer.scrollToEnd(), [virtualizer]);
  const isStartHere =
    startSeq !== null && (!view.hasOlder || (view.messages[0]?.seq ?? Number.NaN) <= startSeq);
  const startIndex = isStartHere ? items.findIndex((item) => isAt(item, startSeq)) : -1;
  const leaveStart = useStart(scroller, {
    hasItems: items.length > 0,
    totalSize: virtualizer.getTotalSize(),
    index: startIndex,
    scrollToIndex: virtualizer.scrollToIndex,
    scrollToEnd,
  });
  useFollowOwn(rows, scrollToEnd);
  const show = useCallback(
    (index: number) => {
      leaveStart();
      virtualizer.scrollToIndex(index, { align: 'center' });
    },
    [leaveStart, virtualizer],
  );
  useImperativeHandle(
    props.places,
    () => ({
      showSeq: (seq) => {
        const index = items.findIndex((item) => isAt(item, seq));
        if (index >= 0) show(index);
      },
      showUnread: () => {
        const index = items.findIndex(({ type }) => type === 'unread');
        if (index >= 0) show(index);
        return index >= 0;
      },
      focus: () => scroller.current?.focus({ preventScroll: true }),
    }),
    [items, show],
  );
  const onKeyDown = useFeedKeys({ scroller, items, scrollToIndex: show, scrollToEnd });

  const virtualItems = virtualizer.getVirtualItems();
  const firstIndex = virtualItems[0]?.index ?? null;
  useOlder(
    store,
    view.messages[0]?.seq ?? 0,
    view.hasOlder &&
      (needsOlder ||
        (startSeq !== null && startIndex < 0 && startSeq < (view.messages[0]?.seq ?? 0)) ||
        (firstIndex !== null && firstIndex < OLDER_BEFORE_INDEX)),
  );

  const total = view.messages.at(-1)?.seq ?? 0;
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="feed"
        aria-label="Messages"
        aria-busy={answerEpoch !== null || isBusy(view.agent)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        data-pane="4"
        onKeyDown={onKeyDown}
        onFocus={held.onFocus}
        onBlur={held.onBlur}
        className="h-full overflow-y-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none]"
      >
        <div className="flex min-h-full flex-col justify-end">
          {items.length === 0 && (
            <p className="m-auto p-8 text-center text-muted">Say hello to {agentName}.</p>
          )}
          <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
            <FastScroll value={isFast}>
              {virtualItems.map((virtual) => {
                const item = items[virtual.index];
                if (item === undefined) return null;
                return (
                  <div
                    key={virtual.key}
                    ref={virtualizer.measureElement}
                    data-index={virtual.index}
                    data-key={item.key}
                    className="absolute inset-x-0 top-0"
                    style={{ transform: `translateY(${virtual.start}px)` }}
                  >
                    <ChatLine
                      item={item}
                      store={store}
                      userId={userId}
                      agentName={agentName}
                      total={total}
                      takenUpSeq={view.takenUpSeq}
                      isLast={virtual.index === items.length - 1}
                    />
                  </div>
                );
              })}
            </FastScroll>
          </div>
        </div>
      </div>
      {!isAtEnd && (
        <JumpToLatest isAnswering={answerEpoch !== null} lastSeq={total} onJump={scrollToEnd} />
      )}
    </div>
  );
}

function isAt(item: ChatItem, seq: number): boolean {
  return item.type === 'row' && item.row.type === 'message' && item.row.message.seq >= seq;
}

/** A first guess in pixels; the real height is measured as soon as the line is drawn. */
function estimate(item: ChatItem | undefined): number {
  if (item === undefined || item.type === 'day' || item.type === 'unread') return 44;
  if (item.type !== 'row') return 64;
  const { row } = item;
  const content = row.type === 'message' ? row.message.content : row.entry.content;
  const characters = JSON.stringify(content).length;
  return 64 + Math.ceil(characters / 80) * 24;
}
