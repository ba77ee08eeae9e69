'use client';

import { useFleetClient, useInbox } from '@fleetlm/client/react';
import { SquarePen } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { InboxRow } from './inbox-row.tsx';
import { NewConversation } from './new-conversation.tsx';

/** A person's conversations, the newest activity on top. */
export function InboxList() {
  const { userId } = useFleetClient();
  const inbox = useInbox();
  const pathname = usePathname();
  const [isStarting, setIsStarting] = useState(false);
  return (
    <section aria-label="Inbox" className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center justify-between border-b border-border px-4">
        <h1 className="text-lg font-semibold">Inbox</h1>
        <Button variant="secondary" size="sm" onClick={() => setIsStarting(true)}>
          <SquarePen size={15} aria-hidden /> New conversation
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {inbox.status === 'loading' && <InboxSkeleton />}
        {inbox.status === 'ready' && inbox.entries.length === 0 && (
          <InboxEmpty onStart={() => setIsStarting(true)} />
        )}
        <ul aria-label="Conversations">
          {inbox.entries.map((entry) => (
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
