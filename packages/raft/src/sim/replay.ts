import type { SimEvent } from './events.ts';
import type { SimReplica } from './replica.ts';
import { runSeed, type SeedOptions } from './run-seed.ts';

/** One line for each of the last events of a seed, then how every replica stood. For reading, not for parsing. */
export function replaySeed(
  seed: number,
  options: Pick<SeedOptions, 'without'>,
  events: number,
): string {
  const lines: string[] = [];
  let replicas: readonly SimReplica[] = [];
  const { failure } = runSeed(seed, {
    ...options,
    onEvent: (time, event, sim) => {
      lines.push(`${time} ${describe(event)}`);
      if (lines.length > 2 * events) lines.splice(0, events);
      if (replicas.length !== sim.replicas.size) replicas = [...sim.replicas.values()];
    },
  });
  const states = replicas.map(
    ({ id, status, applied, disk }) =>
      `replica ${id}: ${JSON.stringify(status)} applied ${applied}, on disk ${disk.storage.firstIndex()} to ${disk.storage.lastIndex()}`,
  );
  const outcome = failure === null ? 'nothing is broken' : (failure.stack ?? failure.message);
  return [...lines.slice(-events), ...states, outcome].join('\n');
}

function describe(event: SimEvent): string {
  return JSON.stringify(event, (key, value: unknown) =>
    key === 'entries' && Array.isArray(value) ? value.length : value,
  );
}
