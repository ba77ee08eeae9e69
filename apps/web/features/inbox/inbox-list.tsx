'use client';

import { useFleetClient, useInbox } from '@fleetlm/client/react';
import { Search, SquarePen } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Command } from '@/common/commands.ts';
import { hasLayer } from '@/common/keys.ts';
import { Button } from '@/ui/button.tsx';
import { useOfferedCommands } from '@/ui/hooks/use-offered-commands.ts';
import { Segments } from '@/ui/segments.tsx';
import { MarkAllRead } from './mark-all-read.tsx';
import { NewConversation } from './new-conversation.tsx';
import { OlderConversations } from './older-conversations.tsx';
import { pinnedFirst } from './rows/inbox-sections.ts';
import { filtered, type InboxFilter } from './rows/inbox-view.ts';
import { useHeldOrder } from './rows/use-held-order.ts';
import { VirtualRows } from './rows/virtual-rows.tsx';

const FILTERS: readonly { readonly value: InboxFilter; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'unread', label: 'Unread' },
  { value: 'archived', label: 'Archived' },
];

const NONE: Readonly<Record<Exclude<InboxFilter, 'all'>, string>> = {
  unread: 'Nothing unread.',
  archived: 'Nothing is archived.',
};

/** A person's conversations, the newest activity on top. Nothing moves under a pointer. */
export function InboxList() {
  const { userId } = useFleetClient();
  const inbox = useInbox();
  const currentId = /^\/inbox\/([^/]+)/.exec(usePathname())?.[1] ?? null;
  const [isStarting, setIsStarting] = useState(false);
  const [filter, setFilter] = useState<InboxFilter>('all');
  const entries = useMemo(() => pinnedFirst(inbox.entries), [inbox.entries]);
  const order = useHeldOrder(entries);
  const scroller = useRef<HTMLDivElement>(null);
  const [isMarking, setIsMarking] = useState(false);
  useInboxCommands(setIsStarting, setIsMarking);
  const shown = filtered(order.shown, filter);
  const isReady = inbox.status === 'ready';
  return (
    <section aria-label="Inbox" data-pane="2" className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-1.5 px-4">
        <h1 className="mr-auto text-lg font-semibold">Inbox</h1>
        <Button asChild variant="ghost" size="icon-sm">
          <Link href="/search" aria-label="Search in all conversations">
            <Search size={16} aria-hidden />
          </Link>
        </Button>
        <Button
          variant="primary"
          size="sm"
          aria-label="New conversation"
          onClick={() => setIsStarting(true)}
        >
          <SquarePen size={15} aria-hidden /> New
        </Button>
      </header>
      {isReady && inbox.entries.length > 0 && (
        <div className="flex shrink-0 items-center justify-between gap-2 px-4 py-2">
          <Segments label="Show" value={filter} choices={FILTERS} onChange={setFilter} />
          {order.moved > 0 && (
            <Button size="sm" variant="ghost" onClick={order.reorder}>
              {order.moved} updated
            </Button>
          )}
        </div>
      )}
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
        {inbox.status === 'loading' && <InboxSkeleton />}
        {isReady && inbox.entries.length === 0 && (
          <InboxEmpty onStart={() => setIsStarting(true)} />
        )}
        {isReady && inbox.entries.length > 0 && shown.length === 0 && (
          <p className="px-4 py-8 text-center text-muted">
            {filter === 'all' ? 'Everything is archived.' : NONE[filter]}
          </p>
        )}
        <VirtualRows
          entries={shown}
          userId={userId}
          scroller={scroller}
          currentId={currentId}
          order={order}
        />
        {isReady && inbox.next !== null && <OlderConversations filter={filter} />}
      </div>
      <NewConversation open={isStarting} onOpenChange={setIsStarting} />
      <MarkAllRead
        open={isMarking}
        onOpenChange={setIsMarking}
        entries={inbox.entries}
        hasOlder={inbox.next !== null}
      />
    </section>
  );
}

/** By name: a new conversation, and all as read; the latter by Shift+Escape too. */
function useInboxCommands(
  setIsStarting: (isOpen: boolean) => void,
  setIsMarking: (isOpen: boolean) => void,
): void {
  useOfferedCommands(
    useMemo(
      (): readonly Command[] => [
        { slash: 'new', name: 'New conversation', scope: 'app', act: () => setIsStarting(true) },
        {
          slash: 'all-read',
          name: 'Mark all conversations as read',
          scope: 'app',
          act: () => setIsMarking(true),
        },
      ],
      [setIsStarting, setIsMarking],
    ),
  );
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || !event.shiftKey || event.defaultPrevented || hasLayer()) return;
      event.preventDefault();
      setIsMarking(true);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [setIsMarking]);
}

function InboxEmpty({ onStart }: { readonly onStart: () => void }) {
  return (
    <div className="px-6 py-12 text-center">
      <p className="font-medium">No conversations yet</p>
      <p className="mb-4 mt-1 text-sm text-muted">The first one begins with a message.</p>
      {/* Beside a composer it would say the same twice. */}
      <Button variant="primary" onClick={onStart} className="md:hidden">
        Start a conversation
      </Button>
    </div>
  );
}

/** Appears late: an inbox usually arrives before anybody has seen that it is missing. */
function InboxSkeleton() {
  return (
    <div role="status" className="animate-[fade-in_200ms_150ms_both]">
      <span className="sr-only">Loading conversations…</span>
      {Array.from({ length: 6 }, (_, index) => `skeleton-${index}`).map((key) => (
        <div
          key={key}
          aria-hidden
          className="mx-2 flex h-[66px] flex-col justify-center gap-2 px-2"
        >
          <div className="h-3 w-1/3 rounded bg-raised" />
          <div className="h-3 w-4/5 rounded bg-raised" />
        </div>
      ))}
    </div>
  );
}
