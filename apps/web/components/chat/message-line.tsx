'use client';

import { type Message, partsOf, stringField, textOfParts } from '@fleetlm/client';
import { Check } from 'lucide-react';
import { useMemo } from 'react';
import { formatDuration, formatTime } from '@/lib/format-time.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Line } from './line.tsx';
import { MessageParts } from './parts/message-parts.tsx';

export interface MessageLineProps {
  readonly message: Message;
  readonly isOwn: boolean;
  readonly agentName: string;
  readonly total: number;
}

/** A committed message. */
export function MessageLine({ message, isOwn, agentName, total }: MessageLineProps) {
  const parts = useMemo(() => partsOf(message), [message]);
  const ending = isOwn ? null : endingOf(message);
  const firstWordMs = message.metadata.time_to_first_token_ms;
  return (
    <Line
      author={isOwn ? 'You' : agentName}
      isOwn={isOwn}
      seq={message.seq}
      total={Math.max(total, message.seq)}
      meta={
        <>
          <time dateTime={message.inserted_at}>{formatTime(message.inserted_at)}</time>
          <span
            className="tabular ml-auto inline-flex items-center gap-1"
            title="Committed: on a quorum of disks under this number"
          >
            #{message.seq}
            {isOwn && <Check size={13} aria-label="sent" className="text-ok" />}
          </span>
        </>
      }
    >
      {isOwn ? (
        <p className="whitespace-pre-wrap text-lg [overflow-wrap:anywhere]">{textOfParts(parts)}</p>
      ) : (
        <MessageParts parts={parts} isStreaming={false} />
      )}
      {!isOwn && (
        <footer className="mt-1 flex items-center gap-2 text-xs text-muted">
          <CopyButton text={textOfParts(parts)} label="Copy message" />
          {typeof firstWordMs === 'number' && (
            <span>first word after {formatDuration(firstWordMs)}</span>
          )}
          {ending !== null && <span className="text-warn">{ending}</span>}
        </footer>
      )}
    </Line>
  );
}

/** Why an answer is not whole; null when it is. */
function endingOf(message: Message): string | null {
  switch (stringField(message.metadata, 'termination')) {
    case 'stop':
      return 'Stopped';
    case 'abort':
      return 'Ended by the agent';
    case 'error':
    case 'disconnect':
      return 'The answer broke off here';
    default:
      return null;
  }
}
