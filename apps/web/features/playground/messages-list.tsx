'use client';

import type { Command, MessageView } from '@fleetlm/raft/playground';
import { memo, useRef } from 'react';
import { Button } from '@/ui/button.tsx';
import { MessageShape } from './ring/ring-messages.tsx';

const name = (id: number): string => (id === 0 ? 'client' : `n${id}`);

export interface MessagesListProps {
  readonly messages: readonly MessageView[];
  readonly onPerform: (command: Command) => void;
}

/** Messages in flight, next to arrive first; each can be dropped. Pause to choose one. */
export const MessagesList = memo(function MessagesList({ messages, onPerform }: MessagesListProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const coming = messages
    .filter(({ lostMs }) => lostMs === null)
    .sort((a, b) => a.arrivesMs - b.arrivesMs || a.id - b.id);
  return (
    <section aria-labelledby="messages-title" className="min-w-0">
      <div className="mb-2 flex items-center gap-3">
        <h2
          id="messages-title"
          ref={heading}
          tabIndex={-1}
          className="text-lg font-semibold outline-none"
        >
          Messages in flight{' '}
          <span className="tabular text-base font-normal text-muted">{coming.length}</span>
        </h2>
        <Button
          size="sm"
          disabled={coming.length === 0}
          onClick={() => onPerform({ type: 'drop-all' })}
        >
          Drop all
        </Button>
      </div>
      {coming.length === 0 && (
        <p className="text-muted">
          None. Nodes send messages when there is a leader, or a candidate asks for votes.
        </p>
      )}
      <ul className="grid gap-1 sm:grid-cols-2">
        {coming.map((message) => (
          <li
            key={message.id}
            className="flex min-w-0 items-center gap-2 rounded-md border border-border bg-surface px-2 py-1"
          >
            <svg viewBox="-9 -9 18 18" aria-hidden="true" className="size-4 shrink-0">
              <MessageShape tone={message.tone} />
            </svg>
            <span className="tabular shrink-0 text-xs">
              {name(message.from)} → {name(message.to)}
            </span>
            <span className="min-w-0 flex-1 truncate text-muted" title={message.text}>
              {message.text}
            </span>
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Drop the message from ${name(message.from)} to ${name(message.to)}: ${message.text}`}
              onClick={() => {
                onPerform({ type: 'drop', message: message.id });
                // The button is about to go: the focus stays in the list.
                heading.current?.focus();
              }}
            >
              Drop
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
});
