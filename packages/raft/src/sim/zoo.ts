import type { Layer } from './layer.ts';
import { PLAIN } from './layer.ts';
import { invariantOf } from './shrink.ts';

export interface Catch {
  readonly bug: string;
  /** Null: it survived all seeds, so the simulator would miss such a bug. */
  readonly seed: number | null;
  /** Seeds that were tried. */
  readonly seeds: number;
  readonly invariant: string;
  readonly message: string;
}

/** Looks for the first seed that catches a deliberate bug. */
export function hunt(layer: Layer, bug: string, firstSeed: number, seedsMax: number): Catch {
  for (let seed = firstSeed; seed < firstSeed + seedsMax; seed += 1) {
    const { failure } = layer.run(seed, { ...PLAIN, bug });
    if (failure === null) continue;
    const seeds = seed - firstSeed + 1;
    return { bug, seed, seeds, invariant: invariantOf(failure), message: failure.message };
  }
  return { bug, seed: null, seeds: seedsMax, invariant: '', message: 'survived' };
}
