import { Actors } from './actors.ts';
import type { Coverage } from './coverage.ts';
import type { SimEvent } from './events.ts';
import { checkLiveness } from './liveness.ts';
import { Simulation } from './simulation.ts';
import type { Fault } from './swarm.ts';

export interface SeedResult {
  readonly seed: number;
  readonly events: number;
  readonly traceHash: number;
  readonly coverage: Coverage;
  readonly committed: number;
  /** What the seed has broken; null: nothing. */
  readonly failure: Error | null;
}

export interface SeedOptions {
  readonly without?: readonly Fault[];
  readonly onEvent?: (time: number, event: SimEvent, sim: Simulation) => void;
}

/** Runs one seed: a phase of faults in which nothing may be lost, then one without in which all must go on. */
export function runSeed(seed: number, options: SeedOptions = {}): SeedResult {
  const sim = new Simulation(seed, options.without);
  const { onEvent } = options;
  if (onEvent !== undefined) sim.onEvent = (time, event) => onEvent(time, event, sim);
  let failure: Error | null = null;
  try {
    const actors = new Actors(sim);
    sim.runUntil(sim.swarm.safetyTime, (event) => actors.act(event));
    checkLiveness(sim, actors);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    failure = error;
  }
  const { events, traceHash, coverage } = sim;
  return { seed, events, traceHash, coverage, committed: sim.committed.maxIndex, failure };
}
