'use client';

import { useConnection, useFleetClient, useStore } from '@fleetlm/client/react';
import { useEffect, useState } from 'react';
import { openSignIn } from '@/features/accounts/index.ts';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';

/** Interruptions shorter than this heal before anybody would have read about them. */
const SHOW_AFTER_MS = 700;
/** An election takes a second or two: a message that is not confirmed after this long has another reason. */
export const UNCONFIRMED_AFTER_MS = 4_000;

/** Says when the connection is away, what still works meanwhile, and what to do about it. */
export function ConnectionBanner() {
  const client = useFleetClient();
  const connection = useConnection();
  const pending = useStore(client.outbox.entries).filter(({ status }) => status === 'pending');
  const waiting = pending.length;
  const isDown = useIsDownFor(connection.downSinceMs, SHOW_AFTER_MS);
  const isUnconfirmed = useIsDownFor(pending[0]?.createdAtMs ?? null, UNCONFIRMED_AFTER_MS);
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
  if (!isDown) return isUnconfirmed ? <Unconfirmed /> : null;
  const sends =
    waiting === 0
      ? 'What you send is kept here and sent then.'
      : `${waiting} ${waiting === 1 ? 'message is' : 'messages are'} waiting to be sent.`;
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
      {connection.everOnline ? 'Reconnecting… You see what was saved last.' : 'Connecting…'} {sends}
    </Notice>
  );
}

/** A node answers, but the message is not on a majority of disks: as a rule too few of the nodes are up. */
function Unconfirmed() {
  return (
    <Notice tone="warn" role="status" className="m-2">
      Your message is not confirmed yet: the cluster has no majority of its nodes at the moment. It
      is kept on this device and is sent again until it is confirmed.
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
