import type { L1Coverage } from './coverage.ts';
import type { SimNetwork } from './sim-net.ts';
import type { SimNode } from './sim-node.ts';
import type { L1Swarm } from './swarm.ts';
import type { Timeline } from './timeline.ts';
import type { GroupTruth } from './truth.ts';

/** What the machines of one run share. */
export interface L1Shared {
  readonly seed: number;
  readonly swarm: L1Swarm;
  readonly timeline: Timeline;
  readonly coverage: L1Coverage;
  readonly network: SimNetwork;
  /** By group. */
  readonly truths: readonly GroupTruth[];
  /** Writes down what happens, for a replay. */
  readonly tell: (line: () => string) => void;
  /** The process of this machine ended by itself: it is started anew after a while. */
  restart(node: SimNode): void;
  /** How much of a write gets through when its process is killed. */
  cutOf(bytes: number): number;
}
