import { SITUATIONS } from './coverage.ts';
import { type Layer, named, type RunOptions } from './layer.ts';
import { replaySeed } from './replay.ts';
import { runSeed, type SeedOptions } from './run-seed.ts';
import { FAULTS } from './swarm.ts';

/** The core of one group. */
export const LAYER_0: Layer = {
  number: 0,
  bug: null,
  faults: FAULTS,
  situations: SITUATIONS,
  run: (seed, options) => {
    const { events, traceHash, failure, coverage } = runSeed(seed, seedOptions(options));
    return { events, traceHash, failure, situations: coverage.counts };
  },
  replay: (seed, options, lines) => replaySeed(seed, seedOptions(options), lines),
};

function seedOptions({ without }: RunOptions): SeedOptions {
  return { without: named('fault', FAULTS, without) };
}
