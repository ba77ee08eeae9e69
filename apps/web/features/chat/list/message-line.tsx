'use client';

import { type Message, partsOf, stringField, textOfParts } from '@fleetlm/client';
import clsx from 'clsx';
import { Check, CheckCheck, Pencil, RotateCcw } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { formatDuration, formatTime } from '@/common/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { useConversationActions } from '../conversation-actions.tsx';
import { FeedbackButtons } from '../feedback/feedback-buttons.tsx';
import { Folded } from '../parts/folded.tsx';
import { MessageParts } from '../parts/message-parts.tsx';
import { EarlierVersions } from './earlier-versions.tsx';
import { Line } from './line.tsx';
import { OwnParts } from './own-parts.tsx';

export interface MessageLineProps {
  readonly message: Message;
  /** What stood in its place before. */
  readonly earlier: readonly Message[];
  readonly isOwn: boolean;
  /** The newest line: another answer can be asked for. */
  readonly isLast: boolean;
  /** The agent has it. */
  readonly isTakenUp: boolean;
  readonly agentName: string;
  readonly total: number;
}

/** A committed message. */
export function MessageLine(props: MessageLineProps) {
  const { message, earlier, isOwn, isLast, isTakenUp, agentName, total } = props;
  const parts = useMemo(() => partsOf(message), [message]);
  const isEdit = isOwn && stringField(message.metadata, 'supersedes') !== null;
  return (
    <Line
      author={isOwn ? 'You' : agentName}
      isOwn={isOwn}
      seq={message.seq}
      total={Math.max(total, message.seq)}
      footer={
        <>
          <Footer
            message={message}
            text={textOfParts(parts)}
            isOwn={isOwn}
            isLast={isLast}
            meta={
              <>
                {isEdit && <span>edited</span>}
                <time dateTime={message.inserted_at}>{formatTime(message.inserted_at)}</time>
                <span
                  className="tabular inline-flex items-center gap-1"
                  title="Committed: on a quorum of disks under this number"
                >
                  #{message.seq}
                  {isOwn && <Tick isTakenUp={isTakenUp} agentName={agentName} />}
                </span>
              </>
            }
          />
          <EarlierVersions earlier={earlier} />
        </>
      }
    >
      {parts.length === 0 && Object.keys(message.content).length > 0 ? (
        <Folded
          title="No text to show"
          detail="content"
          body={JSON.stringify(message.content, null, 2)}
        />
      ) : isOwn ? (
        <OwnParts parts={parts} />
      ) : (
        <MessageParts
          parts={parts}
          isStreaming={false}
          messageId={message.id}
          reasoningMs={reasoningMsOf(message)}
        />
      )}
    </Line>
  );
}

function Tick({
  isTakenUp,
  agentName,
}: {
  readonly isTakenUp: boolean;
  readonly agentName: string;
}) {
  return isTakenUp ? (
    <CheckCheck size={13} aria-label={`sent, ${agentName} has it`} className="text-ok" />
  ) : (
    <Check size={13} aria-label="sent" className="text-ok" />
  );
}

/** On a screen that is touched, a tap gives the message the focus. */
const QUIET = clsx(
  'opacity-0 transition-opacity duration-120',
  'group-hover/line:opacity-100 group-focus/line:opacity-100 group-focus-within/line:opacity-100',
  'pointer-coarse:max-h-0 pointer-coarse:overflow-hidden',
  'pointer-coarse:group-focus/line:max-h-11 pointer-coarse:group-focus-within/line:max-h-11',
);

interface FooterProps {
  readonly message: Message;
  readonly text: string;
  readonly isOwn: boolean;
  readonly isLast: boolean;
  /** When it was committed, and how far it has come. */
  readonly meta: ReactNode;
}

/** What can be done with a message, and what is known of it: quiet until the message is pointed at or has the focus. */
function Footer({ message, text, isOwn, isLast, meta }: FooterProps) {
  const actions = useConversationActions();
  const firstTokenMs = message.metadata.time_to_first_token_ms;
  const ending = isOwn ? null : endingOf(message);
  const isChangeable = actions?.canChange === true && message.kind !== 'system';
  return (
    <footer
      className={clsx('flex min-h-7 items-center gap-1 text-xs text-muted', !isOwn && '-ml-1.5')}
    >
      <div className={clsx('flex items-center gap-1', !(isLast && !isOwn) && QUIET)}>
        <CopyButton text={text} label={isOwn ? 'Copy message' : 'Copy as Markdown'} />
        {isOwn && isChangeable && message.kind === 'text' && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Edit message"
            title="Edit: your message and what follows are replaced"
            onClick={() => actions.beginEdit(message)}
          >
            <Pencil size={14} aria-hidden />
          </Button>
        )}
        {!isOwn && message.kind === 'assistant' && <FeedbackButtons seq={message.seq} />}
        {!isOwn && isLast && isChangeable && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Ask for another answer"
            title="Ask for another answer"
            onClick={() => actions.regenerate(message.id)}
          >
            <RotateCcw size={14} aria-hidden />
          </Button>
        )}
      </div>
      <div className={clsx('ml-1 flex items-center gap-2', QUIET)}>
        {meta}
        {typeof firstTokenMs === 'number' && !isOwn && (
          <span>First token: {formatDuration(firstTokenMs)}</span>
        )}
      </div>
      {ending !== null && <span className="ml-1 text-warn">{ending}</span>}
    </footer>
  );
}

/** How long the agent has reasoned; null: it did not, or the node did not measure it. */
function reasoningMsOf({ metadata }: Message): number | null {
  return typeof metadata.reasoning_ms === 'number' ? metadata.reasoning_ms : null;
}

/** Why an answer is not whole; null when it is. */
function endingOf(message: Message): string | null {
  switch (stringField(message.metadata, 'termination')) {
    case 'stop':
      return 'Stopped';
    case 'abort':
      return 'Ended by the agent';
    case 'error':
    case 'disconnect': {
      const error = stringField(message.metadata, 'error');
      return error === null ? 'Interrupted' : `Interrupted: ${error}`;
    }
    default:
      return null;
  }
}
