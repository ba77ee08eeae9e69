'use client';

import { type Message, partsOf } from '@fleetlm/client';
import { useState } from 'react';
import { formatTime } from '@/common/format-time.ts';
import { MessageParts } from '../parts/message-parts.tsx';

/** What stood here before: the log keeps it, and so does the page, folded. */
export function EarlierVersions({ earlier }: { readonly earlier: readonly Message[] }) {
  const [isOpen, setIsOpen] = useState(false);
  if (earlier.length === 0) return null;
  const count = earlier.length === 1 ? '1 earlier version' : `${earlier.length} earlier versions`;
  return (
    <div className="mt-2">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="min-h-6 text-xs text-muted underline underline-offset-2 hover:text-text"
      >
        {isOpen ? `Hide ${count}` : count}
      </button>
      {isOpen && (
        <ol className="mt-1 flex flex-col gap-2 border-l-2 border-border pl-3">
          {earlier.map((message) => (
            <li key={message.id}>
              <p className="text-xs text-muted">
                {formatTime(message.inserted_at)} · #{message.seq}
              </p>
              <MessageParts parts={partsOf(message)} isStreaming={false} messageId={null} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
