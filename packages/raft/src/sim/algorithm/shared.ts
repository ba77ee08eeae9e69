import type { ConfState, Entry, Message, ReplicaId } from '../../core/index.ts';
import type { Coverage } from '../harness/coverage.ts';
import type { ElectionSafety } from '../harness/election-safety.ts';
import type { RandomStream } from '../harness/random.ts';
import type { SimEvent } from './events.ts';
import type { Committed } from './invariants/committed.ts';
import type { StateMachineSafety } from './invariants/state-machine-safety.ts';
import type { SimReplica } from './replica.ts';
import type { Situation } from './situations.ts';
import type { Swarm } from './swarm.ts';

/** What the replicas of one run share: time, the network, and what the checkers know of the group. */
export interface Shared {
  readonly swarm: Swarm;
  readonly now: number;
  /** Disks and state machines are quick from now on. */
  readonly calm: boolean;
  readonly coverage: Coverage<Situation>;
  readonly elections: ElectionSafety;
  readonly committed: Committed;
  readonly states: StateMachineSafety;
  stream(name: string): RandomStream;
  schedule(delay: number, event: SimEvent): void;
  send(from: SimReplica, message: Message): void;
  appended(entry: Entry, hash: number): void;
  /** Changes of the configuration that the leader of `term` has appended behind `applied`. */
  pendingChanges(term: number, applied: number): number;
  changed(from: ConfState, to: ConfState, index: number): void;
  isDurableAt(id: ReplicaId, index: number): boolean;
}
