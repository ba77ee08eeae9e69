'use client';

import { browserOutbox, FleetClient, isMessage, type Message, memoryOutbox } from '@fleetlm/client';
import { FleetProvider } from '@fleetlm/client/react';
import { type ReactNode, useEffect, useState } from 'react';
import { dropDraftsWithoutUser } from '@/shared/drafts.ts';
import { fetchClusterToken } from '@/shared/fetch-token.ts';

export interface FleetRootProps {
  readonly userId: string;
  /** Origins of the cluster's nodes, as this browser reaches them. */
  readonly nodes: readonly string[];
  readonly children: ReactNode;
}

/** One connection to the cluster for all pages behind the sign-in. */
export function FleetRoot({ userId, nodes, children }: FleetRootProps) {
  const [client] = useState(() => createClient(userId, nodes));
  useEffect(() => {
    client.start();
    dropDraftsWithoutUser();
    const watch = setInterval(() => checkSignIn(client), CHECK_EVERY_MS);
    const wake = () => {
      if (document.visibilityState !== 'visible') return;
      client.wake();
      checkSignIn(client);
    };
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      clearInterval(watch);
      client.stop();
    };
  }, [client]);
  return <FleetProvider value={client}>{children}</FleetProvider>;
}

function createClient(userId: string, nodes: readonly string[]): FleetClient {
  const isBrowser = typeof window !== 'undefined';
  const outbox = isBrowser
    ? browserOutbox(userId, window.localStorage, reportError)
    : memoryOutbox();
  return new FleetClient({
    nodes,
    userId,
    token: () => fetchClusterToken(userId),
    outbox,
    readBefore,
  });
}

/** How long a device that was signed out elsewhere may go on without having noticed. */
const CHECK_EVERY_MS = 60_000;

/** An open connection asks for no token, so whether the sign-in still holds is asked beside it. */
function checkSignIn(client: FleetClient): void {
  if (document.visibilityState !== 'visible' || client.connection.get().status !== 'online') return;
  fetchClusterToken(client.userId).then(
    (token) => {
      if (token === null) client.renewToken();
    },
    // The web app is away: the connection to the nodes goes on without it.
    () => undefined,
  );
}

async function readBefore(
  sessionId: string,
  beforeSeq: number,
  limit: number,
): Promise<readonly Message[]> {
  const query = new URLSearchParams({ before_seq: String(beforeSeq), limit: String(limit) });
  const response = await fetch(`/api/sessions/${encodeURIComponent(sessionId)}/messages?${query}`);
  if (!response.ok) throw new Error(`Older messages can’t be read now (${response.status}).`);
  const body: unknown = await response.json();
  const messages: unknown =
    typeof body === 'object' && body !== null && 'messages' in body ? body.messages : null;
  return Array.isArray(messages) ? messages.filter(isMessage) : [];
}
