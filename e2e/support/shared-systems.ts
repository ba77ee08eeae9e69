import { freePortBase } from '../../packages/devkit/src/ports.ts';
import {
  ALL_GROUPS,
  FEW_GROUPS,
  RAFT_GROUPS_FEW,
  type RunningSystem,
  removeData,
  SYSTEM_VARIABLES,
  startSystem,
} from './system.ts';

/** Once for a run, before the first worker: the systems that journeys share. Playwright calls what is returned at the end. */
export default async function startSharedSystems(): Promise<() => Promise<void>> {
  if (process.env.E2E_SYSTEM !== undefined) return () => Promise.resolve();
  const portBase = await freePortBase();
  const starting = [
    startSystem({ portBase }),
    startSystem({ portBase: await freePortBase([portBase]), groups: RAFT_GROUPS_FEW }),
  ];
  const started = await Promise.allSettled(starting);
  const systems = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failure = started.find((one) => one.status === 'rejected');
  if (failure !== undefined) {
    await stopAll(systems);
    throw failure.reason;
  }
  const names = [ALL_GROUPS, FEW_GROUPS] as const;
  names.forEach((name, at) => {
    const system = systems[at];
    if (system !== undefined)
      process.env[SYSTEM_VARIABLES[name]] = `${system.portBase}:${system.dataDirectory}`;
  });
  return async () => {
    for (const name of names) delete process.env[SYSTEM_VARIABLES[name]];
    await stopAll(systems);
  };
}

async function stopAll(systems: readonly RunningSystem[]): Promise<void> {
  await Promise.all(
    systems.map(async (system) => {
      await system.interrupt();
      removeData(system);
    }),
  );
}
