import type { RigCluster, RigNode } from '../rig/cluster.ts';
import type { Operations } from '../rig/operations.ts';
import type { AgentServer } from '../workload/agent-server.ts';
import type { Workload } from '../workload/workload.ts';

/** Faults that exclude each other are of one class; a round has at most one of each. */
export type FaultClass = 'process' | 'mesh' | 'client' | 'postgres' | 'agents' | 'disk';

/** Whether it did anything at all. */
export interface Proof {
  readonly effective: boolean;
  readonly detail: string;
  /** What a node did that it must not do under this fault; null: nothing. */
  readonly broken: string | null;
}

export interface ActiveFault {
  /** Lifts it; resolves when what it broke runs again. */
  heal(): Promise<void>;
  /** Asked after it was healed. */
  proof(): Proof;
}

export interface FaultStage {
  readonly cluster: RigCluster;
  readonly agents: AgentServer;
  readonly workload: Workload;
  readonly operations: Operations;
  /** The nodes of the plan. */
  readonly nodes: readonly RigNode[];
  /** For decisions within the fault; from its own seed. */
  readonly random: () => number;
  readonly holdMs: number;
  /** A node that ends from now on was meant to. */
  readonly expectEnd: (node: RigNode) => void;
}

export type Performer = (stage: FaultStage) => Promise<ActiveFault>;

export interface FaultDefinition {
  readonly class: FaultClass;
  /** What nodes it is aimed at: so many of the founders, and one that is to join. */
  readonly nodes: 'none' | 'one' | 'pair' | 'most' | 'all' | 'joiner' | 'joiner-and-pair';
  /** How long it lasts. Milliseconds. */
  readonly holdMs: readonly [min: number, max: number];
  readonly needsShim: boolean;
  readonly perform: Performer;
}

/** For faults of which nothing can be wrong but that they had no effect. */
export function proofOf(effective: boolean, detail: string): Proof {
  return { effective, detail, broken: null };
}
