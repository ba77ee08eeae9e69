'use client';

import {
  epochOf,
  isBusy,
  partsOf,
  type SessionStore,
  type SessionView,
  textOfParts,
} from '@fleetlm/client';
import { useEffect, useRef, useState } from 'react';

const READ_OUT_CHARS_MAX = 500;

export interface LiveStatusProps {
  readonly store: SessionStore;
  readonly view: SessionView;
  readonly agentName: string;
}

/**
 * What a screen reader hears: that an answer has begun, and then the whole of it once. The list itself is no
 * live region, or every word would be read as it comes.
 */
export function LiveStatus({ view, agentName }: LiveStatusProps) {
  const [spoken, setSpoken] = useState('');
  const announcedEpoch = useRef<number | null>(null);
  const isReplying = isBusy(view.agent);
  const last = view.messages.at(-1);
  useEffect(() => {
    if (isReplying) {
      announcedEpoch.current = view.agent.epoch;
      setSpoken(`${agentName} is replying`);
      return;
    }
    if (announcedEpoch.current === null) return;
    const epoch = last === undefined ? null : epochOf(last);
    if (last === undefined || epoch === null || epoch < announcedEpoch.current) {
      // Stopped before its first word. A failure has a notice of its own.
      setSpoken(view.agent.status === 'idle' ? `${agentName} was stopped` : '');
      return;
    }
    announcedEpoch.current = null;
    const text = textOfParts(partsOf(last));
    setSpoken(
      text.length <= READ_OUT_CHARS_MAX
        ? text
        : `Reply complete, ${text.split(/\s+/).length} words`,
    );
  }, [isReplying, last, view.agent.epoch, view.agent.status, agentName]);
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {spoken}
    </p>
  );
}
