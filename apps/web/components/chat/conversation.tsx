'use client';

import { isBusy } from '@fleetlm/client';
import { useSession } from '@fleetlm/client/react';
import { useCallback, useEffect, useState } from 'react';
import { toast } from 'sonner';
import { ConnectionBanner } from '../app/connection-banner.tsx';
import { AgentNotice } from './agent-notice.tsx';
import { Composer } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { ConversationRefused, ConversationSkeleton } from './conversation-states.tsx';
import { LiveStatus } from './live-status.tsx';
import { MessageList } from './message-list.tsx';
import { useAgentName } from './use-agent-name.ts';
import { useReadCursor } from './use-read-cursor.ts';
import { useUnreadDivider } from './use-unread-divider.ts';

export interface ConversationProps {
  readonly sessionId: string;
  readonly userId: string;
}

/** One conversation: its messages, the answer in progress, and the composer. */
export function Conversation({ sessionId, userId }: ConversationProps) {
  const { store, view, rows } = useSession(sessionId);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const divider = useUnreadDivider(view);
  const agentName = useAgentName(sessionId, view.session?.agent_id ?? null);
  const isReplying = isBusy(view.agent);
  useReadCursor(store, view, isAtEnd);

  const stop = useCallback(async () => {
    const error = await store.stop();
    if (error !== null) toast.error(`The answer could not be stopped: ${error.message}`);
  }, [store]);
  useEscapeToStop(isReplying, stop);

  const send = useCallback(
    (text: string) => {
      const result = store.send({ text });
      if (!result.ok) toast.error(result.error.message);
      else divider.clear();
      return result.ok;
    },
    [store, divider.clear],
  );

  const { phase } = view;
  return (
    <section aria-label={`Conversation with ${agentName}`} className="flex h-full flex-col">
      <ConversationHeader
        agentName={agentName}
        agent={view.agent}
        isArchived={view.session?.status === 'archived'}
      />
      <ConnectionBanner />
      {phase.status === 'loading' && rows.length === 0 && <ConversationSkeleton />}
      {phase.status === 'refused' && (
        <ConversationRefused error={phase.error} onRetry={() => store.rejoin()} />
      )}
      {(phase.status === 'ready' || (phase.status === 'loading' && rows.length > 0)) && (
        <MessageList
          store={store}
          view={view}
          rows={rows}
          userId={userId}
          agentName={agentName}
          unreadAfterSeq={divider.afterSeq}
          onAtEndChange={setIsAtEnd}
        />
      )}
      <LiveStatus store={store} view={view} agentName={agentName} />
      <AgentNotice store={store} agent={view.agent} agentName={agentName} />
      {phase.status !== 'refused' && (
        <Composer
          sessionId={sessionId}
          agentName={agentName}
          isReplying={isReplying}
          isArchived={view.session?.status === 'archived'}
          onSend={send}
          onStop={stop}
        />
      )}
    </section>
  );
}

/** Escape stops the answer, unless a dialog or a menu is open: then it closes that. */
function useEscapeToStop(isReplying: boolean, stop: () => Promise<void>): void {
  useEffect(() => {
    if (!isReplying) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      event.preventDefault();
      void stop();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [isReplying, stop]);
}
