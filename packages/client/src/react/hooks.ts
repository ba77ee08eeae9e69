import { useEffect, useMemo } from 'react';
import type { ConnectionView } from '../connection/connection.ts';
import type { InboxState } from '../inbox/inbox-state.ts';
import type { OutboxEntry } from '../outbox/outbox-state.ts';
import type { LiveAnswer } from '../session/live-answer.ts';
import { type Row, rowsOf } from '../session/rows.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { SessionView } from '../session/session-view.ts';
import { useFleetClient } from './context.ts';
import { useStore } from './use-store.ts';

/** How the connection to the cluster is. */
export function useConnection(): ConnectionView {
  return useStore(useFleetClient().connection);
}

/** The user's conversations, live while this is mounted. */
export function useInbox(): InboxState {
  const { inbox } = useFleetClient();
  useEffect(() => inbox.open(), [inbox]);
  return useStore(inbox.state);
}

/** A conversation, live while this is mounted. Draws again with its messages and states, not with every chunk. */
export function useSession(sessionId: string): {
  readonly store: SessionStore;
  readonly view: SessionView;
  readonly rows: readonly Row[];
  /** The page before is needed to be sure of the rows. */
  readonly needsOlder: boolean;
} {
  const client = useFleetClient();
  const store = useMemo(() => client.session(sessionId), [client, sessionId]);
  useEffect(() => store.open(), [store]);
  const view = useStore(store.view);
  const outbox: readonly OutboxEntry[] = useStore(client.outbox.entries);
  const { rows, needsOlder } = useMemo(
    () => rowsOf(sessionId, view.messages, outbox, !view.hasOlder),
    [sessionId, view.messages, outbox, view.hasOlder],
  );
  return { store, view, rows, needsOlder };
}

/** The answer in progress of a conversation, at most twenty times a second. */
export function useAnswer(store: SessionStore): LiveAnswer | null {
  return useStore(store.answer);
}
