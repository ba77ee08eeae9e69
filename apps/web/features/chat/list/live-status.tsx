'use client';

import {
  epochOf,
  isBusy,
  partsOf,
  type SessionStore,
  type SessionView,
  textOfParts,
  visibleParts,
} from '@fleetlm/client';
import { useStore } from '@fleetlm/client/react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { plainText } from '@/common/plain-text.ts';
import { preferences } from '@/common/preferences.ts';

/** What is read out at a time, in UTF-16 code units of markdown. */
export const READ_OUT_LENGTH_MAX = 500;
/** Between two pieces of a reply that are read out, in milliseconds: speech is slower than an agent writes. */
export const READ_OUT_EVERY_MS = 5_000;
/** The end of a sentence or a line. */
const SENTENCE_END = /[.!?:;。！？；：…](?=\s|$)|[。！？；]|\n/g;

export interface LiveStatusProps {
  readonly store: Pick<SessionStore, 'answer'>;
  readonly view: Pick<SessionView, 'agent' | 'messages'>;
  readonly agentName: string;
}

/**
 * What a screen reader hears: that a reply has begun, its sentences as plain text at a calm pace, and its end. The list itself is no
 * live region, or every token would be read, with its markdown.
 */
export function LiveStatus({ store, view, agentName }: LiveStatusProps) {
  const [spoken, setSpoken] = useState('');
  const { showsWholeAnswers } = useStore(preferences);
  const announcedEpoch = useRef<number | null>(null);
  /** How much of the reply has been read out. */
  const readTo = useRef(0);
  const isReplying = isBusy(view.agent);
  const last = view.messages.at(-1);
  const readOn = useEffectEvent(() => {
    const answer = store.answer.get();
    if (answer === null || showsWholeAnswers) return;
    const text = textOfParts(visibleParts(answer));
    const end = sentenceEnd(text, readTo.current);
    if (end <= readTo.current) return;
    setSpoken(plainText(text.slice(readTo.current, end)));
    readTo.current = end;
  });
  useEffect(() => {
    if (!isReplying) return;
    readTo.current = 0;
    const timer = setInterval(() => readOn(), READ_OUT_EVERY_MS);
    return () => clearInterval(timer);
  }, [isReplying]);
  useEffect(() => {
    if (isReplying) {
      announcedEpoch.current = view.agent.epoch;
      setSpoken(`${agentName} is replying`);
      return;
    }
    if (announcedEpoch.current === null) return;
    const epoch = last === undefined ? null : epochOf(last);
    if (last === undefined || epoch === null || epoch < announcedEpoch.current) {
      // Stopped before its first token. A failure has a notice of its own.
      setSpoken(view.agent.status === 'idle' ? `${agentName} was stopped` : '');
      return;
    }
    announcedEpoch.current = null;
    setSpoken(ending(textOfParts(partsOf(last)), readTo.current));
  }, [isReplying, last, view.agent.epoch, view.agent.status, agentName]);
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {spoken}
    </p>
  );
}

/** The last end of a sentence that one piece reaches; where it began when there is none yet. */
function sentenceEnd(text: string, from: number): number {
  const piece = text.slice(from, from + READ_OUT_LENGTH_MAX);
  const last = [...piece.matchAll(SENTENCE_END)].at(-1);
  if (last !== undefined) return from + last.index + last[0].length;
  return piece.length < READ_OUT_LENGTH_MAX ? from : from + piece.length;
}

/** The rest of a reply when it is short, or that there is more to read. */
function ending(text: string, readTo: number): string {
  const rest = text.slice(readTo);
  if (rest.length > READ_OUT_LENGTH_MAX)
    return `Reply complete, ${plainText(text).split(' ').length} words`;
  const words = plainText(rest);
  return words === '' ? 'Reply complete' : words;
}
