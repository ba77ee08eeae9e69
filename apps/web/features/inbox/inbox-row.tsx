'use client';

import type { InboxEntry } from '@fleetlm/client';
import clsx from 'clsx';
import { CircleAlert } from 'lucide-react';
import Link from 'next/link';
import { memo, useEffect, useState } from 'react';
import { readDraft } from '@/common/drafts.ts';
import { formatShort } from '@/common/format-time.ts';
import { isOwnMessage } from '@/common/own-message.ts';
import { plainText } from '@/common/plain-text.ts';

export interface InboxRowProps {
  readonly entry: InboxEntry;
  readonly userId: string;
  readonly isCurrent: boolean;
}

export const InboxRow = memo(function InboxRow({ entry, userId, isCurrent }: InboxRowProps) {
  const isUnread = entry.unread_count > 0 && !isCurrent;
  return (
    <Link
      href={`/inbox/${entry.session_id}`}
      aria-current={isCurrent ? 'page' : undefined}
      className={clsx(
        'relative flex h-[72px] flex-col justify-center gap-0.5 border-b border-border px-4',
        'outline-offset-[-2px] hover:bg-raised',
        isCurrent &&
          'bg-raised before:absolute before:inset-y-0 before:left-0 before:w-[3px] before:bg-accent',
      )}
    >
      <span className="flex items-baseline justify-between gap-2">
        <span dir="auto" className={clsx('truncate', isUnread ? 'font-semibold' : 'font-medium')}>
          {entry.title ?? entry.agent_name}
        </span>
        <time dateTime={entry.updated_at} className="shrink-0 text-xs text-muted">
          {formatShort(entry.updated_at, Date.now())}
        </time>
      </span>
      <span className="flex items-center justify-between gap-2">
        <span
          dir="auto"
          className={clsx('truncate text-sm', isUnread ? 'text-text' : 'text-muted')}
        >
          <Snippet entry={entry} userId={userId} isCurrent={isCurrent} />
        </span>
        {isUnread && (
          <span className="min-w-5 shrink-0 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-on-accent">
            {entry.unread_count > 99 ? '99+' : entry.unread_count}
            <span className="sr-only"> unread</span>
          </span>
        )}
      </span>
    </Link>
  );
});

function Snippet({ entry, userId, isCurrent }: InboxRowProps) {
  const draft = useDraft(userId, entry.session_id, isCurrent);
  if (entry.status === 'failed') {
    return (
      <span className="inline-flex items-center gap-1 text-critical">
        <CircleAlert size={13} aria-hidden /> {entry.agent_name} did not answer
      </span>
    );
  }
  if (entry.status === 'running' || entry.status === 'waiting') {
    return <span className="text-accent">{entry.agent_name} is replying…</span>;
  }
  if (draft !== '' && !isCurrent) return <>Draft: {draft}</>;
  const last = entry.last_message;
  if (last === null) return <>No messages yet</>;
  return (
    <>
      {isOwnMessage(last, userId) && 'You: '}
      {last.preview === '' ? 'A message' : plainText(last.preview)}
    </>
  );
}

/** The draft as it was when the conversation was left. */
function useDraft(userId: string, sessionId: string, isCurrent: boolean): string {
  const [draft, setDraft] = useState('');
  useEffect(() => {
    if (!isCurrent) setDraft(readDraft(userId, sessionId));
  }, [userId, sessionId, isCurrent]);
  return draft;
}
