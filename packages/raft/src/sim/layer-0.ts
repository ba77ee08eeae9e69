import { NO_MUTATIONS, type RaftMutations } from '../core/index.ts';
import { SITUATIONS } from './coverage.ts';
import { type Layer, named, type RunOptions } from './layer.ts';
import { replaySeed } from './replay.ts';
import { runSeed, type SeedOptions } from './run-seed.ts';
import { FAULTS } from './swarm.ts';

const BUGS = Object.keys(NO_MUTATIONS).filter(
  (name): name is keyof RaftMutations => name in NO_MUTATIONS,
);

/** The core of one group. */
export const LAYER_0: Layer = {
  number: 0,
  bugs: BUGS,
  faults: FAULTS,
  situations: SITUATIONS,
  run: (seed, options) => {
    const { events, traceHash, failure, coverage } = runSeed(seed, seedOptions(options));
    return { events, traceHash, failure, situations: coverage.counts };
  },
  replay: (seed, options, lines) => replaySeed(seed, seedOptions(options), lines),
};

function seedOptions({ bug, without }: RunOptions): SeedOptions {
  const [mutation] = named('bug', BUGS, bug === null ? [] : [bug]);
  return {
    without: named('fault', FAULTS, without),
    ...(mutation === undefined ? {} : { mutations: { ...NO_MUTATIONS, [mutation]: true } }),
  };
}
