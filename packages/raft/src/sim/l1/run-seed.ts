import type { L1Coverage } from './coverage.ts';
import { withoutEscape } from './no-escape.ts';
import { L1Simulation } from './simulation.ts';
import type { L1Run } from './swarm.ts';

export interface L1Result {
  readonly seed: number;
  readonly events: number;
  readonly traceHash: number;
  readonly coverage: L1Coverage;
  readonly virtualMs: number;
  readonly failure: Error | null;
}

/** Runs one seed to its end, or to the first promise that is broken. */
export function runL1Seed(seed: number, options: Partial<Omit<L1Run, 'seed'>> = {}): L1Result {
  const simulation = new L1Simulation({
    seed,
    groups: null,
    without: [],
    ...options,
  });
  let failure: Error | null = null;
  try {
    withoutEscape(() => simulation.run());
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const { timeline, coverage } = simulation;
  return {
    seed,
    events: timeline.events,
    traceHash: timeline.hash,
    coverage,
    virtualMs: timeline.now,
    failure,
  };
}
