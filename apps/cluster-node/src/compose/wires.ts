import type { Effect } from '@fleetlm/conversation';
import type { HostEvent } from '@fleetlm/raft/host';
import type { Attempt } from '../operations/execution.ts';
import type { Operation } from '../operations/operations.ts';
import { Wire } from './wire.ts';

/** Everything that flows back up: from the groups, the host and the replicas to the parts built on them. */
export interface Wires {
  readonly effect: Wire<Effect>;
  readonly hostEvent: Wire<HostEvent>;
  readonly systemChanged: Wire<void>;
  /** A group, and whether the replica here serves it. */
  readonly servingChanged: Wire<number, boolean>;
  readonly execute: Wire<Operation, (attempt: Attempt) => void>;
}

export function createWires(): Wires {
  return {
    effect: new Wire('the performer of effects'),
    hostEvent: new Wire('the handler of host events'),
    systemChanged: new Wire('the watcher of the system group'),
    servingChanged: new Wire('the watcher of replicas'),
    execute: new Wire('the executor of operations'),
  };
}
