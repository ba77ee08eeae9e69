import { type Layer, PLAIN } from '../harness/layer.ts';
import { invariantOf } from '../harness/shrink.ts';

export interface Catch {
  /** Null: it survived all seeds, so the simulator would miss such a bug. */
  readonly seed: number | null;
  /** Seeds that were tried. */
  readonly seeds: number;
  readonly invariant: string;
}

/** Looks for the first seed that catches the bug of a layer. */
export function hunt(layer: Layer, firstSeed: number, seedsMax: number): Catch {
  for (let seed = firstSeed; seed < firstSeed + seedsMax; seed += 1) {
    const { failure } = layer.run(seed, PLAIN);
    if (failure === null) continue;
    return { seed, seeds: seed - firstSeed + 1, invariant: invariantOf(failure) };
  }
  return { seed: null, seeds: seedsMax, invariant: '' };
}
