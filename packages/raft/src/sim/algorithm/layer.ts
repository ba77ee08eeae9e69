import { faultsNamed } from '../harness/faults.ts';
import { createLayer, type Log, type Run, type RunOptions } from '../harness/layer.ts';
import { Actors } from './actors.ts';
import type { SimEvent } from './events.ts';
import { checkLiveness } from './liveness.ts';
import { Simulation } from './simulation.ts';
import { SITUATIONS } from './situations.ts';
import { FAULTS } from './swarm.ts';

/** The core of one group. */
export const layer = createLayer({
  number: 0,
  faults: FAULTS,
  situations: SITUATIONS,
  create: (seed, options, log) => new AlgorithmRun(seed, options, log),
});

class AlgorithmRun implements Run {
  readonly #sim: Simulation;

  constructor(seed: number, { without }: RunOptions, log: Log) {
    this.#sim = new Simulation(seed, faultsNamed(FAULTS, without));
    this.#sim.onEvent = (time, event) => log(() => `${time} ${describe(event)}`);
  }

  get swarm(): Simulation['swarm'] {
    return this.#sim.swarm;
  }

  get coverage(): Simulation['coverage'] {
    return this.#sim.coverage;
  }

  get events(): number {
    return this.#sim.events;
  }

  get traceHash(): number {
    return this.#sim.traceHash;
  }

  run(): void {
    const sim = this.#sim;
    const actors = new Actors(sim);
    sim.runUntil(sim.swarm.safetyTime, (event) => actors.act(event));
    checkLiveness(sim, actors);
  }

  states(): readonly string[] {
    return [...this.#sim.replicas.values()].map(
      ({ id, status, applied, disk }) =>
        `replica ${id}: ${JSON.stringify(status)} applied ${applied}, on disk ${disk.storage.firstIndex()} to ${disk.storage.lastIndex()}`,
    );
  }
}

function describe(event: SimEvent): string {
  return JSON.stringify(event, (key, value: unknown) =>
    key === 'entries' && Array.isArray(value) ? value.length : value,
  );
}
