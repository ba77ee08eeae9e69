'use client';

import { type SessionStore, visibleParts } from '@fleetlm/client';
import { useAnswer, useStore } from '@fleetlm/client/react';
import { preferences } from '@/common/preferences.ts';
import { MessageParts } from '../parts/message-parts.tsx';
import { Line } from './line.tsx';

/** The answer in progress. It alone is drawn again as words arrive. */
export function AnswerLine({
  store,
  agentName,
}: {
  readonly store: SessionStore;
  readonly agentName: string;
}) {
  const answer = useAnswer(store);
  const { showsWholeAnswers } = useStore(preferences);
  const parts = answer === null ? [] : visibleParts(answer);
  const isEmpty = parts.every((part) => part.type === 'step-start');
  return (
    <Line author={agentName} isOwn={false}>
      {isEmpty || showsWholeAnswers ? (
        <Dots />
      ) : (
        <MessageParts parts={parts} isStreaming messageId={null} />
      )}
    </Line>
  );
}

export function ThinkingLine({ agentName }: { readonly agentName: string }) {
  return (
    <Line author={agentName} isOwn={false} isNew>
      <Dots />
    </Line>
  );
}

function Dots() {
  return (
    <div aria-hidden className="flex h-6 items-center gap-1">
      {['0ms', '150ms', '300ms'].map((delay) => (
        <span
          key={delay}
          className="size-1.5 animate-pulse rounded-full bg-muted"
          style={{ animationDelay: delay }}
        />
      ))}
    </div>
  );
}
