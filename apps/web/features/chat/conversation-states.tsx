'use client';

import type { WireError } from '@fleetlm/client';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';

export function ConversationSkeleton() {
  return (
    <div
      role="status"
      className="flex min-h-0 flex-1 animate-[fade-in_200ms_150ms_both] flex-col justify-end gap-6 p-6"
    >
      <span className="sr-only">Loading the conversation…</span>
      {['w-2/3', 'w-1/2', 'w-3/4'].map((width) => (
        <div key={width} aria-hidden className="mx-auto flex w-full max-w-[72ch] flex-col gap-2">
          <div className="h-3 w-24 rounded bg-raised" />
          <div className={`h-4 rounded bg-raised ${width}`} />
        </div>
      ))}
    </div>
  );
}

export interface ConversationRefusedProps {
  readonly error: WireError;
  readonly onRetry: () => void;
}

export function ConversationRefused({ error, onRetry }: ConversationRefusedProps) {
  const isMissing =
    error.code === 'not_found' || error.code === 'forbidden' || error.code === 'invalid_request';
  return (
    <div className="grid min-h-0 flex-1 place-items-center p-6">
      <Notice
        tone={isMissing ? 'info' : 'critical'}
        role="alert"
        action={
          isMissing ? undefined : (
            <Button size="sm" onClick={onRetry}>
              Try again
            </Button>
          )
        }
      >
        {isMissing
          ? 'There is no such conversation any more, or it is not yours.'
          : `The conversation can’t be opened now: ${error.message}`}
      </Notice>
    </div>
  );
}
