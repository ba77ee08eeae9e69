'use client';

import type { SessionStore } from '@fleetlm/client';
import { memo } from 'react';
import { formatDay } from '@/common/format-time.ts';
import { isOwnMessage } from '@/common/own-message.ts';
import { AnswerLine, ThinkingLine } from './answer-line.tsx';
import type { ChatItem } from './chat-items.ts';
import { MessageLine } from './message-line.tsx';
import { OutgoingLine } from './outgoing-line.tsx';

export interface ChatLineProps {
  readonly item: ChatItem;
  readonly store: SessionStore;
  readonly userId: string;
  readonly agentName: string;
  /** How many messages there are: the `setsize` of the feed. */
  readonly total: number;
  /** The agent has one's own messages up to this one. */
  readonly takenUpSeq: number;
  readonly isLast: boolean;
}

export const ChatLine = memo(function ChatLine({
  item,
  store,
  userId,
  agentName,
  total,
  takenUpSeq,
  isLast,
}: ChatLineProps) {
  switch (item.type) {
    case 'day':
      return <Divider text={formatDay(item.iso, Date.now())} className="text-muted" />;
    case 'unread':
      return <Divider text="New" className="font-semibold text-critical" />;
    case 'thinking':
      return <ThinkingLine agentName={agentName} />;
    case 'answer':
      return <AnswerLine store={store} agentName={agentName} />;
    case 'row':
      return item.row.type === 'outgoing' ? (
        <OutgoingLine entry={item.row.entry} />
      ) : (
        <MessageLine
          message={item.row.message}
          earlier={item.row.earlier}
          isLast={isLast}
          isTakenUp={item.row.message.seq <= takenUpSeq}
          isOwn={isOwnMessage(item.row.message, userId)}
          agentName={agentName}
          total={total}
        />
      );
    default:
      return item satisfies never;
  }
}, isSameLine);

/** A committed message never changes: its line is drawn again only when a name does. */
function isSameLine(a: ChatLineProps, b: ChatLineProps): boolean {
  if (a.store !== b.store || a.userId !== b.userId || a.agentName !== b.agentName) return false;
  if (a.item.type === 'row' && b.item.type === 'row') {
    if (a.item.row.type === 'message' && b.item.row.type === 'message') {
      const { seq } = b.item.row.message;
      return (
        a.item.row.message === b.item.row.message &&
        a.item.row.earlier.length === b.item.row.earlier.length &&
        a.isLast === b.isLast &&
        seq <= a.takenUpSeq === seq <= b.takenUpSeq
      );
    }
    return a.item.row === b.item.row;
  }
  return a.item.type === b.item.type && a.item.key === b.item.key;
}

function Divider({ text, className }: { readonly text: string; readonly className: string }) {
  return (
    <div
      className={`mx-auto flex max-w-[calc(72ch+48px)] items-center gap-3 px-6 py-3 text-xs ${className}`}
    >
      <span aria-hidden className="h-px flex-1 bg-border" />
      <span>{text}</span>
      <span aria-hidden className="h-px flex-1 bg-border" />
    </div>
  );
}
