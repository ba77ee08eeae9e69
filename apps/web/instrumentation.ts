/** Runs once when the server starts: a wrong environment stops it here, not at somebody's first click. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { serverEnv } = await import('./lib/env.ts');
  serverEnv();
}
