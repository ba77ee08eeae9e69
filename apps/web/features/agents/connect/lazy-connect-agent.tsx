'use client';

import dynamic from 'next/dynamic';

/** Loaded only where there is no agent: every other inbox carries none of it. */
export const LazyConnectAgent = dynamic(async () => {
  const { ConnectAgent } = await import('./connect-agent.tsx');
  return ConnectAgent;
});
