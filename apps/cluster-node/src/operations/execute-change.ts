import type { Refused } from '../outcome.ts';
import {
  attempting,
  DONE,
  type Done,
  type ExecutionPorts,
  notLeader,
  rejected,
  settle,
} from './execution.ts';
import type { OperationOf } from './operations.ts';

/** A coordinator that was deposed, and does not know it yet, must not move anything. */
function isOutdated(
  term: number,
  ports: ExecutionPorts,
  done: (refusal: Refused) => void,
): boolean {
  if (term >= ports.systemTerm()) return false;
  done(rejected('conflict', `there is a newer coordinator than that of term ${term}`));
  return true;
}

/** Changes the members of a group; on its leader. */
export function executeChangeGroup(
  { term, change }: OperationOf<'change-group'>,
  ports: ExecutionPorts,
  done: Done<'change-group'>,
): void {
  if (!isOutdated(term, ports, done)) ports.changeGroup(change, attempting(ports, done, done));
}

export function executeTransfer(
  { group, to }: OperationOf<'transfer-group'>,
  ports: ExecutionPorts,
  done: Done<'transfer-group'>,
): void {
  if (ports.isReadyLeader(group)) {
    ports.transferLeadership(group, to);
    done(DONE);
  } else done(notLeader(ports.leaderOf(group)));
}

/** Opens or closes the replica of this node. */
export function executeReplica(
  operation: OperationOf<'open-replica' | 'close-replica'>,
  ports: ExecutionPorts,
  done: Done<'open-replica' | 'close-replica'>,
): void {
  const { type, term, group } = operation;
  if (isOutdated(term, ports, done)) return;
  const work =
    type === 'open-replica'
      ? ports.openReplica(group, operation.nonVotingBelow).then(() => true)
      : ports.closeReplica(group);
  settle(work, ports, done, (isDone) =>
    done(isDone ? DONE : rejected('conflict', 'the replica is a member of its group')),
  );
}
