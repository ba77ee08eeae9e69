'use client';

import { type OutboxEntry, partsOf } from '@fleetlm/client';
import { useConnection, useFleetClient } from '@fleetlm/client/react';
import { CircleAlert, Clock } from 'lucide-react';
import { formatTime } from '@/common/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { Line } from './line.tsx';
import { OwnParts } from './own-parts.tsx';

/** One's own message before it is committed. */
export function OutgoingLine({ entry }: { readonly entry: OutboxEntry }) {
  const isOnline = useConnection().status === 'online';
  const iso = new Date(entry.createdAtMs).toISOString();
  return (
    <Line
      author="You"
      isOwn
      isNew
      footer={
        entry.status === 'failed' ? (
          <FailedToSend clientMessageId={entry.clientMessageId} reason={entry.error.message} />
        ) : (
          <p className="flex min-h-7 items-center gap-2 text-xs text-muted">
            <time dateTime={iso}>{formatTime(iso)}</time>
            <span className="inline-flex items-center gap-1">
              <Clock size={13} aria-hidden /> {isOnline ? 'Sending…' : 'Waits to be sent'}
            </span>
          </p>
        )
      }
    >
      <OwnParts parts={partsOf(entry)} />
    </Line>
  );
}

function FailedToSend({
  clientMessageId,
  reason,
}: {
  readonly clientMessageId: string;
  readonly reason: string;
}) {
  const { outbox } = useFleetClient();
  return (
    <div role="alert" className="mt-1 flex flex-wrap items-center gap-2 text-sm text-critical">
      <CircleAlert size={15} aria-hidden />
      <span>Not sent: {reason}</span>
      <Button size="sm" onClick={() => outbox.retry(clientMessageId)}>
        Try again
      </Button>
      <Button size="sm" variant="ghost" onClick={() => outbox.discard(clientMessageId)}>
        Delete
      </Button>
    </div>
  );
}
