import { derived, type SessionStore } from '@fleetlm/client';
import { useFleetClient, useStore } from '@fleetlm/client/react';
import { useEffect, useMemo, useRef } from 'react';

/** A conversation that leaves the inbox was deleted, perhaps on another device: asked again, the cluster says so. */
export function useRejoinWhenGone(sessionId: string, store: SessionStore): void {
  const { inbox } = useFleetClient();
  const isListed = useStore(
    useMemo(
      () =>
        derived(inbox.state, ({ entries }) =>
          entries.some((entry) => entry.session_id === sessionId),
        ),
      [inbox, sessionId],
    ),
  );
  const wasListed = useRef(false);
  useEffect(() => {
    if (wasListed.current && !isListed) store.rejoin();
    wasListed.current = isListed;
  }, [isListed, store]);
}
