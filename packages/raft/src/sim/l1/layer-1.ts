import { type Layer, named, type RunOptions } from '../layer.ts';
import { L1_SITUATIONS } from './coverage.ts';
import { replayL1Seed } from './replay.ts';
import { runL1Seed } from './run-seed.ts';
import { L1_FAULTS, type L1Run } from './swarm.ts';

/** Whole nodes with many groups. */
export const LAYER_1: Layer = {
  number: 1,
  bug: null,
  faults: L1_FAULTS,
  situations: L1_SITUATIONS,
  run: (seed, options) => {
    const { events, traceHash, failure, coverage } = runL1Seed(seed, runOf(seed, options));
    return { events, traceHash, failure, situations: coverage.counts };
  },
  replay: (seed, options, lines) => replayL1Seed(runOf(seed, options), lines),
};

function runOf(seed: number, { without, groups }: RunOptions): L1Run {
  return { seed, groups, without: named('fault', L1_FAULTS, without) };
}
