import { readFileSync } from 'node:fs';
import { Coverage } from '../coverage.ts';
import { type Layer, PLAIN } from '../layer.ts';

/** It waits for nothing but a core, so only how busy the machine is decides how long it takes. */
export const SEEDS_TIMEOUT_MS = 1_800_000;

/** Every seed of a layer that has ever found something. */
export function knownSeeds(layer: 'algorithm' | 'system'): readonly number[] {
  const file = new URL(`../../../../testdata/${layer}-seeds.json`, import.meta.url);
  const { seeds }: { seeds: number[] } = JSON.parse(readFileSync(file, 'utf8'));
  return seeds;
}

/** Runs seeds from 1 on: what they have broken, and the situations that none of them has met. */
export function runSeeds(
  layer: Layer,
  count: number,
): { readonly failures: readonly string[]; readonly missing: readonly string[] } {
  const coverage = new Coverage(layer.situations);
  const failures: string[] = [];
  for (let seed = 1; seed <= count; seed += 1) {
    const { failure, coverage: met } = layer.run(seed, PLAIN);
    coverage.add(met);
    if (failure !== null) failures.push(`seed ${seed}: ${failure.message}`);
  }
  return { failures, missing: coverage.missing() };
}

/** What two runs of a seed must have alike. */
export function courseOf(layer: Layer, seed: number): { traceHash: number; events: number } {
  const { traceHash, events } = layer.run(seed, PLAIN);
  return { traceHash, events };
}
