import { faultsNamed } from '../harness/faults.ts';
import { createLayer } from '../harness/layer.ts';
import { Simulation } from './simulation.ts';
import { SITUATIONS } from './situations.ts';
import { FAULTS } from './swarm.ts';

/** Whole nodes with many groups. */
export const layer = createLayer({
  number: 1,
  faults: FAULTS,
  situations: SITUATIONS,
  create: (seed, { groups, without }, log) =>
    new Simulation({ seed, groups, without: faultsNamed(FAULTS, without) }, log),
});
