'use client';

import { useConnection, useFleetClient } from '@fleetlm/client/react';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import type { InboxFilter } from './rows/inbox-view.ts';

const LABELS: Readonly<Record<InboxFilter, string>> = {
  all: 'Show older conversations',
  unread: 'Search older conversations',
  archived: 'Search older conversations',
};

/** Ends a list that has not everything: the page of conversations before it, on request. */
export function OlderConversations({ filter }: { readonly filter: InboxFilter }) {
  const { inbox } = useFleetClient();
  const isOnline = useConnection().status === 'online';
  const [isLoading, setIsLoading] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const load = async (): Promise<void> => {
    setIsLoading(true);
    const error = await inbox.loadOlder();
    setTrouble(error?.message ?? null);
    setIsLoading(false);
  };
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-4 text-center">
      {trouble !== null && (
        <p role="alert" className="text-sm text-critical">
          Older conversations could not be loaded. {trouble}
        </p>
      )}
      <Button size="sm" disabled={isLoading || !isOnline} onClick={() => void load()}>
        {isLoading ? 'Loading…' : LABELS[filter]}
      </Button>
      {!isOnline && <p className="text-sm text-muted">As soon as there is a connection.</p>}
    </div>
  );
}
