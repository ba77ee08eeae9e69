'use client';

import { useFleetClient, useInbox } from '@fleetlm/client/react';
import { Search, SquarePen } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { type KeyboardEvent, useRef, useState } from 'react';
import { filtered, type InboxFilter } from '@/lib/inbox-view.ts';
import { Button } from '../ui/button.tsx';
import { Segments } from '../ui/segments.tsx';
import { InboxRow } from './inbox-row.tsx';
import { NewConversation } from './new-conversation.tsx';
import { useHeldOrder } from './use-held-order.ts';

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
  const pathname = usePathname();
  const [isStarting, setIsStarting] = useState(false);
  const [filter, setFilter] = useState<InboxFilter>('all');
  const order = useHeldOrder(inbox.entries);
  const list = useRef<HTMLUListElement>(null);
  const shown = filtered(order.shown, filter);
  const isReady = inbox.status === 'ready';
  return (
    <section aria-label="Inbox" className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-1.5 border-b border-border px-4">
        <h1 className="mr-auto text-lg font-semibold">Inbox</h1>
        <Button asChild variant="ghost" size="icon-sm">
          <Link href="/search" aria-label="Search in all conversations">
            <Search size={16} aria-hidden />
          </Link>
        </Button>
        <Button
          variant="secondary"
          size="sm"
          aria-label="New conversation"
          onClick={() => setIsStarting(true)}
        >
          <SquarePen size={15} aria-hidden /> New
        </Button>
      </header>
      {isReady && inbox.entries.length > 0 && (
        <div className="flex shrink-0 items-center justify-between gap-2 border-b border-border px-4 py-2">
          <Segments label="Show" value={filter} choices={FILTERS} onChange={setFilter} />
          {order.moved > 0 && (
            <Button size="sm" variant="ghost" onClick={order.reorder}>
              {order.moved} updated
            </Button>
          )}
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto">
        {inbox.status === 'loading' && <InboxSkeleton />}
        {isReady && inbox.entries.length === 0 && (
          <InboxEmpty onStart={() => setIsStarting(true)} />
        )}
        {isReady && inbox.entries.length > 0 && shown.length === 0 && (
          <p className="px-4 py-8 text-center text-muted">
            {filter === 'all' ? 'Everything is archived.' : NONE[filter]}
          </p>
        )}
        <ul
          ref={list}
          aria-label="Conversations"
          onMouseEnter={order.hold}
          onMouseLeave={order.release}
          onFocus={order.hold}
          onBlur={order.release}
          onKeyDown={(event) => moveFocus(event, list.current)}
        >
          {shown.map((entry) => (
            <InboxRow
              key={entry.session_id}
              entry={entry}
              userId={userId}
              isCurrent={pathname === `/inbox/${entry.session_id}`}
            />
          ))}
        </ul>
      </div>
      <NewConversation open={isStarting} onOpenChange={setIsStarting} />
    </section>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** Arrows, or J and K, go from one conversation to the next. */
function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = STEPS[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...(list?.querySelectorAll('a') ?? [])];
  const focused = document.activeElement;
  const at = focused instanceof HTMLAnchorElement ? links.indexOf(focused) : -1;
  const next = links[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function InboxEmpty({ onStart }: { readonly onStart: () => void }) {
  return (
    <div className="px-6 py-12 text-center">
      <p className="font-medium">No conversations yet</p>
      <p className="mb-4 mt-1 text-sm text-muted">Choose an agent and say hello.</p>
      <Button variant="primary" onClick={onStart}>
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
          className="flex h-[72px] flex-col justify-center gap-2 border-b border-border px-4"
        >
          <div className="h-3 w-1/3 rounded bg-raised" />
          <div className="h-3 w-4/5 rounded bg-raised" />
        </div>
      ))}
    </div>
  );
}
