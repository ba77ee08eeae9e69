'use client';

import { type InboxEntry, unreadTotal } from '@fleetlm/client';
import { useInbox } from '@fleetlm/client/react';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { freshAnswers, wantsNotifications } from '@/common/notifications.ts';
import { plainText } from '@/common/plain-text.ts';

const COUNT = /^\(\d+\+?\) /;

/** What notifies a user who is not looking: the count in the tab's title, and a notification where it was asked for. */
export function AwayNotices() {
  const inbox = useInbox();
  const router = useRouter();
  const pathname = usePathname();
  const unread = unreadTotal(inbox, null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page brings a title of its own
  useEffect(() => {
    const bare = document.title.replace(COUNT, '');
    document.title = unread === 0 ? bare : `(${unread > 99 ? '99+' : unread}) ${bare}`;
  }, [unread, pathname]);
  const before = useRef<readonly InboxEntry[] | null>(null);
  useEffect(() => {
    if (inbox.status !== 'ready') return;
    const known = before.current;
    before.current = inbox.entries;
    if (known === null || document.visibilityState === 'visible' || !wantsNotifications()) return;
    for (const entry of freshAnswers(known, inbox.entries)) notify(entry, router.push);
  }, [inbox, router]);
  return null;
}

function notify(entry: InboxEntry, open: (path: string) => void): void {
  const notice = new Notification(entry.title ?? entry.agent_name, {
    body: plainText(entry.last_message?.preview ?? ''),
    tag: entry.session_id,
  });
  notice.onclick = () => {
    window.focus();
    open(`/inbox/${entry.session_id}`);
    notice.close();
  };
}
