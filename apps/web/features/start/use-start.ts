import { ulid } from '@fleetlm/client';
import { useFleetClient } from '@fleetlm/client/react';
import { automaticTitle } from '@fleetlm/protocol/session-title';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { writeDraft } from '@/common/drafts.ts';
import { plainText } from '@/common/plain-text.ts';
import { startConversation } from './queries.ts';

export interface Start {
  /** The agent that a conversation is being started with; null: none. */
  readonly startingId: string | null;
  readonly error: string | null;
  /** With a first message, or without one. Resolves with whether it is open. */
  readonly start: (agentId: string, text: string) => Promise<boolean>;
}

/** Starts a conversation and opens it; its first message is sent like any other, and kept until it is confirmed. */
export function useStart(): Start {
  const router = useRouter();
  const { outbox, userId } = useFleetClient();
  const [startingId, setStartingId] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  // A second click, or another one after an answer that was lost, starts the same conversation.
  const attempt = useRef({ of: '', key: '' });
  const start = async (agentId: string, text: string): Promise<boolean> => {
    const title = automaticTitle(plainText(text));
    const of = `${agentId}\n${title}`;
    if (attempt.current.of !== of) attempt.current = { of, key: `${ulid()}.${agentId}` };
    setStartingId(agentId);
    setError(null);
    try {
      const sessionId = await startConversation(agentId, attempt.current.key, title);
      attempt.current = { of: '', key: '' };
      const isSent = text === '' || outbox.add(sessionId, 'text', { text }).ok;
      // More is waiting to be sent than is kept: the words stay with their conversation.
      if (!isSent) writeDraft(userId, sessionId, text);
      router.push(`/inbox/${sessionId}`);
      return true;
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
      return false;
    } finally {
      setStartingId(null);
    }
  };
  return { startingId, error, start };
}
