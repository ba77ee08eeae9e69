'use client';

import type { InboxEntry } from '@fleetlm/client';
import clsx from 'clsx';
import { Pin } from 'lucide-react';
import Link from 'next/link';
import { memo, useEffect, useState } from 'react';
import { readDraft } from '@/common/drafts.ts';
import { formatShort } from '@/common/format-time.ts';
import { isOwnMessage } from '@/common/own-message.ts';
import { plainText } from '@/common/plain-text.ts';
import { Avatar } from '@/ui/brand/avatar.tsx';
import { isPinned } from './inbox-sections.ts';
import { RowBadge } from './row-badge.tsx';

export interface InboxRowProps {
  readonly entry: InboxEntry;
  readonly userId: string;
  readonly isCurrent: boolean;
}

/** One conversation: what it is about, with whom, what was said last, and what is to be done about it. */
export const InboxRow = memo(function InboxRow({ entry, userId, isCurrent }: InboxRowProps) {
  const isUnread = entry.unread_count > 0 && !isCurrent;
  const draft = useDraft(userId, entry.session_id, isCurrent);
  return (
    <Link
      href={`/inbox/${entry.session_id}`}
      aria-current={isCurrent ? 'page' : undefined}
      className={clsx(
        'mx-2 flex h-[64px] items-center gap-3 rounded-lg px-2 outline-offset-[-2px]',
        'transition-colors duration-120',
        isCurrent ? 'bg-bubble' : 'hover:bg-raised',
      )}
    >
      <Avatar id={entry.agent_id} name={entry.agent_name} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-2">
          <span dir="auto" className={clsx('truncate', isUnread ? 'font-semibold' : 'font-medium')}>
            {entry.title ?? entry.agent_name}
          </span>
          <span className="flex shrink-0 items-center gap-1 text-xs text-muted">
            {isPinned(entry) && <Pin size={11} aria-label="Pinned" className="self-center" />}
            <time dateTime={entry.updated_at}>{formatShort(entry.updated_at, Date.now())}</time>
          </span>
        </span>
        <span className="flex items-center justify-between gap-2">
          <span
            dir="auto"
            className={clsx('truncate text-sm', isUnread ? 'text-text' : 'text-muted')}
          >
            {entry.title !== null && `${entry.agent_name} · `}
            <Snippet entry={entry} userId={userId} draft={draft} />
          </span>
          <span className="flex shrink-0 items-center gap-1.5">
            <RowBadge entry={entry} hasDraft={draft !== ''} />
            {isUnread && (
              <span className="min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-on-accent">
                {entry.unread_count > 99 ? '99+' : entry.unread_count}
                <span className="sr-only"> unread</span>
              </span>
            )}
          </span>
        </span>
      </span>
    </Link>
  );
});

interface SnippetProps {
  readonly entry: InboxEntry;
  readonly userId: string;
  readonly draft: string;
}

function Snippet({ entry, userId, draft }: SnippetProps) {
  if (entry.status === 'failed') return <>{entry.agent_name} did not answer</>;
  if (entry.status === 'running' || entry.status === 'waiting')
    return <span className="text-accent">{entry.agent_name} is replying…</span>;
  if (draft !== '') return <>{draft}</>;
  const last = entry.last_message;
  if (last === null) return <>No messages yet</>;
  return (
    <>
      {isOwnMessage(last, userId) && 'You: '}
      {last.preview === '' ? 'A message' : plainText(last.preview)}
    </>
  );
}

/** The draft as it was when the conversation was left; none for the open one. */
function useDraft(userId: string, sessionId: string, isCurrent: boolean): string {
  const [draft, setDraft] = useState('');
  useEffect(() => {
    setDraft(isCurrent ? '' : readDraft(userId, sessionId).trim());
  }, [userId, sessionId, isCurrent]);
  return draft;
}
