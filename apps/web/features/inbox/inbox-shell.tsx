'use client';

import clsx from 'clsx';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { InboxList } from './inbox-list.tsx';

/** List and conversation side by side; on a small screen one of them. */
export function InboxShell({ children }: { readonly children: ReactNode }) {
  const isInConversation = usePathname().startsWith('/inbox/');
  return (
    <div className="flex h-full min-h-0">
      <div
        className={clsx(
          'h-full w-full min-w-0 border-r border-border bg-surface md:w-80 md:shrink-0',
          isInConversation && 'max-md:hidden',
        )}
      >
        <InboxList />
      </div>
      <div className={clsx('h-full min-w-0 flex-1', !isInConversation && 'max-md:hidden')}>
        {children}
      </div>
    </div>
  );
}
