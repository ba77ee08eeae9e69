import type { Coverage } from '../harness/coverage.ts';
import type { Log } from '../harness/layer.ts';
import type { GroupTruth } from './checks/truth.ts';
import type { SimNetwork } from './machine/sim-net.ts';
import type { SimNode } from './machine/sim-node.ts';
import type { Situation } from './situations.ts';
import type { Swarm } from './swarm.ts';
import type { Timeline } from './timeline.ts';

/** What the machines of one run share. */
export interface Shared {
  readonly seed: number;
  readonly swarm: Swarm;
  readonly timeline: Timeline;
  readonly coverage: Coverage<Situation>;
  readonly network: SimNetwork;
  /** By group. */
  readonly truths: readonly GroupTruth[];
  /** Writes down what happens, for a replay. */
  readonly trace: Log;
  /** The process of this machine ended by itself: it is started anew after a while. */
  restart(node: SimNode): void;
  /** How much of a write gets through when its process is killed. */
  cutOf(bytes: number): number;
}
