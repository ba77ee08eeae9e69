/** Runs once when the server starts: a wrong environment stops it here, not at a user's first click. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const [{ serverEnv }, { markPeers }] = await Promise.all([
    import('./server/env.ts'),
    import('./server/accounts/mark-peers.ts'),
  ]);
  serverEnv();
  markPeers();
}
