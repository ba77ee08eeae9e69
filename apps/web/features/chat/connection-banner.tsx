'use client';

import { useConnection, useFleetClient, useStore } from '@fleetlm/client/react';
import { useEffect, useState } from 'react';
import { openSignIn } from '@/features/accounts/index.ts';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';

/** Interruptions shorter than this heal before anybody would have read about them. */
const SHOW_AFTER_MS = 700;

/** Says when the connection is away, what still works meanwhile, and what to do about it. */
export function ConnectionBanner() {
  const client = useFleetClient();
  const connection = useConnection();
  const waiting = useStore(client.outbox.entries).filter(
    (entry) => entry.status === 'pending',
  ).length;
  const isDown = useIsDownFor(connection.downSinceMs, SHOW_AFTER_MS);
  if (connection.status === 'signed_out') {
    return (
      <Notice
        tone="warn"
        role="alert"
        className="m-2"
        action={
          <Button size="sm" variant="primary" onClick={openSignIn}>
            Sign in
          </Button>
        }
      >
        Your sign-in has ended. What you wrote is kept and will be sent afterwards.
      </Notice>
    );
  }
  if (!isDown) return null;
  const sends =
    waiting === 0
      ? 'What you send waits here.'
      : `${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'} to be sent.`;
  return (
    <Notice
      tone="warn"
      role="status"
      className="m-2"
      action={
        <Button size="sm" onClick={() => client.wake()}>
          Try now
        </Button>
      }
    >
      {connection.everOnline ? 'Reconnecting…' : 'Connecting…'} You see what was saved last. {sends}
    </Notice>
  );
}

function useIsDownFor(sinceMs: number | null, ms: number): boolean {
  const [shownFor, setShownFor] = useState<number | null>(null);
  useEffect(() => {
    if (sinceMs === null) return;
    const timer = setTimeout(() => setShownFor(sinceMs), Math.max(0, ms - (Date.now() - sinceMs)));
    return () => clearTimeout(timer);
  }, [sinceMs, ms]);
  return sinceMs !== null && shownFor === sinceMs;
}
