'use client';

import { isBusy, type Row, type SessionStore, type SessionView } from '@fleetlm/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { type ChatItem, chatItems } from '@/lib/chat-items.ts';
import { ChatLine } from './chat-line.tsx';
import { JumpToLatest } from './jump-to-latest.tsx';

/** Closer to the end than this the list follows what is new, in pixels. */
const END_DISTANCE = 80;
const OLDER_BEFORE_INDEX = 4;

export interface MessageListProps {
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
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_DISTANCE,
    overscan: 8,
    paddingStart: 16,
    paddingEnd: 16,
    onChange: (instance) => setIsAtEnd(instance.isAtEnd(END_DISTANCE)),
  });
  useEffect(() => onAtEndChange(isAtEnd), [isAtEnd, onAtEndChange]);

  const scrollToEnd = useCallback(() => virtualizer.scrollToEnd(), [virtualizer]);
  const isStartHere =
    startSeq !== null && (!view.hasOlder || (view.messages[0]?.seq ?? Number.NaN) <= startSeq);
  const startIndex = isStartHere ? items.findIndex((item) => isAt(item, startSeq)) : -1;
  useStart(scroller, {
    hasItems: items.length > 0,
    totalSize: virtualizer.getTotalSize(),
    index: startIndex,
    scrollToIndex: virtualizer.scrollToIndex,
    scrollToEnd,
  });
  useFollowOwn(rows, scrollToEnd);

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
        className="h-full overflow-y-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none]"
      >
        <div className="flex min-h-full flex-col justify-end">
          {items.length === 0 && (
            <p className="m-auto p-8 text-center text-muted">Say hello to {agentName}.</p>
          )}
          <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
            {virtualItems.map((virtual) => {
              const item = items[virtual.index];
              if (item === undefined) return null;
              return (
                <div
                  key={virtual.key}
                  ref={virtualizer.measureElement}
                  data-index={virtual.index}
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

/** How long a conversation that was opened finds its place: until then lines are measured and grow. */
const SETTLED_AFTER_MS = 1_000;
const TOUCHES = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const;

interface Start {
  readonly hasItems: boolean;
  readonly totalSize: number;
  /** The message that was asked for; -1: none, or it is not here yet. */
  readonly index: number;
  readonly scrollToIndex: (index: number, options: { readonly align: 'center' }) => void;
  readonly scrollToEnd: () => void;
}

/** Begins at the end, or at the message that was asked for, and stays there while lines find their heights. */
function useStart(scroller: React.RefObject<HTMLElement | null>, start: Start): void {
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
}

/** Whoever sends from here wants to see it, wherever they were reading. */
function useFollowOwn(rows: readonly Row[], scrollToEnd: () => void): void {
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
function useOlder(store: SessionStore, firstSeq: number, isDue: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that has come may not be enough: look again
  useEffect(() => {
    if (!isDue) return;
    store.loadOlder().catch((error: Error) => toast.error(error.message, { id: 'older-messages' }));
  }, [store, firstSeq, isDue]);
}

/** A first guess in pixels; the real height is measured as soon as the line is drawn. */
function estimate(item: ChatItem | undefined): number {
  if (item === undefined || item.type === 'day' || item.type === 'unread') return 44;
  if (item.type !== 'row') return 96;
  const { row } = item;
  const content = row.type === 'message' ? row.message.content : row.entry.content;
  const characters = JSON.stringify(content).length;
  return 92 + Math.ceil(characters / 80) * 24;
}
