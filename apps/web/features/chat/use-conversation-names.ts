import { derived, type Session, stringField } from '@fleetlm/client';
import { useFleetClient, useStore } from '@fleetlm/client/react';
import { useMemo } from 'react';

export interface ConversationNames {
  /** As people see it; the agent's id while its name is not known. */
  readonly agentName: string;
  /** What people call the conversation; null: it has no name. */
  readonly title: string | null;
  readonly agentId: string;
  readonly isPinned: boolean;
  readonly isArchived: boolean;
}

/** How a conversation is called and whether it is archived: from the inbox, which gets changes; else as joined. */
export function useConversationNames(
  sessionId: string,
  session: Session | null,
): ConversationNames {
  const { inbox } = useFleetClient();
  const entry = useStore(
    useMemo(
      () =>
        derived(
          inbox.state,
          (state) => state.entries.find((candidate) => candidate.session_id === sessionId) ?? null,
        ),
      [inbox, sessionId],
    ),
  );
  if (entry !== null)
    return {
      agentName: entry.agent_name,
      agentId: entry.agent_id,
      title: entry.title ?? null,
      isPinned: entry.pinned === true,
      isArchived: entry.status === 'archived',
    };
  return {
    agentName: session?.agent_id ?? 'Agent',
    agentId: session?.agent_id ?? '',
    title: session === null ? null : stringField(session.metadata, 'title'),
    isPinned: session?.metadata.pinned === true,
    isArchived: session?.status === 'archived',
  };
}
