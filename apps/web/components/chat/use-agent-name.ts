import { derived } from '@fleetlm/client';
import { useFleetClient, useStore } from '@fleetlm/client/react';
import { useMemo } from 'react';

/** The agent's name as the inbox knows it; its id until then. Draws again only when it changes. */
export function useAgentName(sessionId: string, agentId: string | null): string {
  const { inbox } = useFleetClient();
  const name = useMemo(
    () =>
      derived(
        inbox.state,
        (state) =>
          state.entries.find((entry) => entry.session_id === sessionId)?.agent_name ?? null,
      ),
    [inbox, sessionId],
  );
  return useStore(name) ?? agentId ?? 'Agent';
}
