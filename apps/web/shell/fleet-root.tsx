'use client';

import { browserOutbox, FleetClient, isMessage, type Message, memoryOutbox } from '@fleetlm/client';
import { FleetProvider } from '@fleetlm/client/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useEffect, useState } from 'react';
import * as z from 'zod/mini';
import { dropDraftsWithoutUser } from '@/common/drafts.ts';
import { fetchClusterToken } from '@/common/fetch-token.ts';
import { request } from '@/common/request.ts';

export interface FleetRootProps {
  readonly userId: string;
  /** Origins of the cluster's nodes, as this browser reaches them. */
  readonly nodes: readonly string[];
  readonly children: ReactNode;
}

/** One connection to the cluster for all pages behind the sign-in. */
export function FleetRoot({ userId, nodes, children }: FleetRootProps) {
  const [client] = useState(() => createClient(userId, nodes));
  const [queries] = useState(createQueries);
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
  return (
    <FleetProvider value={client}>
      <QueryClientProvider client={queries}>
        <NuqsAdapter>{children}</NuqsAdapter>
      </QueryClientProvider>
    </FleetProvider>
  );
}

/** What is asked of this app's own server. A request is made once; a user who sees that it failed can repeat it. */
function createQueries(): QueryClient {
  const once = { retry: false, networkMode: 'always' } as const;
  return new QueryClient({
    defaultOptions: {
      queries: { ...once, refetchOnWindowFocus: false, refetchOnReconnect: false },
      mutations: once,
    },
  });
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

const messagesSchema = z.object({ messages: z.array(z.unknown()) });

async function readBefore(
  sessionId: string,
  beforeSeq: number,
  limit: number,
): Promise<readonly Message[]> {
  const query = new URLSearchParams({ before_seq: String(beforeSeq), limit: String(limit) });
  const path = `/api/sessions/${encodeURIComponent(sessionId)}/messages?${query}`;
  return (await request(path, messagesSchema)).messages.filter(isMessage);
}
