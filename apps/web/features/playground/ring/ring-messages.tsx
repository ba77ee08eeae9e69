'use client';

import { LOST_SHOWN_MS, type MessageView } from '@fleetlm/raft/playground';
import clsx from 'clsx';
import { onTheWay } from './ring-geometry.ts';

const MIDDLE = 0.5;

export interface RingMessagesProps {
  readonly messages: readonly MessageView[];
  readonly nowMs: number;
  /** Nothing moves: a message stands in the middle of its way. */
  readonly isStill: boolean;
  readonly onDrop: (message: number) => void;
}

/** Messages on their way; a click loses one. Those under way are also a list with buttons. */
export function RingMessages({ messages, nowMs, isStill, onDrop }: RingMessagesProps) {
  return (
    <g aria-hidden>
      {messages.map((message) => (
        <Dot key={message.id} message={message} nowMs={nowMs} isStill={isStill} onDrop={onDrop} />
      ))}
    </g>
  );
}

interface DotProps extends Omit<RingMessagesProps, 'messages'> {
  readonly message: MessageView;
}

function Dot({ message, nowMs, isStill, onDrop }: DotProps) {
  const { id, from, to, text, tone, sentMs, arrivesMs, lostMs } = message;
  const isLost = lostMs !== null && lostMs <= nowMs;
  const atMs = isLost ? lostMs : nowMs;
  const part = isStill ? MIDDLE : (atMs - sentMs) / Math.max(1, arrivesMs - sentMs);
  const { x, y } = onTheWay(from, to, Math.min(Math.max(part, 0), 1));
  if (isLost) {
    return (
      <path
        d="M -5 -5 l 10 10 m 0 -10 l -10 10"
        transform={`translate(${x} ${y})`}
        opacity={1 - (nowMs - lostMs) / LOST_SHOWN_MS}
        className="fill-none stroke-critical stroke-2"
      />
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the list of messages has buttons
    <g
      transform={`translate(${x} ${y})`}
      onClick={() => onDrop(id)}
      className="group cursor-pointer"
    >
      <circle r={13} className="fill-transparent group-hover:stroke-critical" />
      <MessageShape tone={tone} />
      <title>{`n${from} to n${to}: ${text}. Click to drop it.`.replaceAll('n0', 'client')}</title>
    </g>
  );
}

/** Shape and colour both say what a message is. */
export function MessageShape({ tone }: { readonly tone: MessageView['tone'] }) {
  switch (tone) {
    case 'entries':
      return <rect x={-7} y={-5.5} width={14} height={11} rx={2.5} className="fill-accent" />;
    case 'ask':
      return <path d="M 0 -8 L 8 0 L 0 8 L -8 0 Z" className="fill-warn" />;
    case 'yes':
      return (
        <>
          <circle r={7} className="fill-ok" />
          <path d="M -3 0 l 2.2 2.6 l 4 -5" className="fill-none stroke-surface stroke-[1.8]" />
        </>
      );
    case 'no':
      return (
        <>
          <circle r={7} className="fill-critical" />
          <path
            d="M -2.6 -2.6 l 5.2 5.2 m 0 -5.2 l -5.2 5.2"
            className="fill-none stroke-surface stroke-[1.8]"
          />
        </>
      );
    case 'plain':
      return <circle r={4} className={clsx('fill-muted')} />;
    default:
      return tone satisfies never;
  }
}
