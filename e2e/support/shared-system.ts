import { removeData, startSystem } from './system.ts';

/** Once for a run, before the first worker: the system that all journeys share. Playwright calls what is returned at the end. */
export default async function startSharedSystem(): Promise<() => Promise<void>> {
  if (process.env.E2E_SYSTEM !== undefined) return () => Promise.resolve();
  const system = await startSystem();
  process.env.E2E_SYSTEM = `${system.portBase}:${system.dataDirectory}`;
  return async () => {
    await system.interrupt();
    delete process.env.E2E_SYSTEM;
    removeData(system);
  };
}
