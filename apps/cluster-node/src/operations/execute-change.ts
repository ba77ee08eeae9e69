import {
  attempting,
  DONE,
  type Done,
  type ExecutionPorts,
  type GroupChanged,
  rejected,
  settle,
} from './execution.ts';
import type { Operation } from './operations.ts';

/** A coordinator that was deposed, and does not know it yet, must not move anything. */
function isOutdated(term: number, ports: ExecutionPorts, done: Done): boolean {
  if (term >= ports.systemTerm()) return false;
  done(rejected('conflict', `there is a newer coordinator than that of term ${term}`));
  return true;
}

/** Changes the members of a group; on its leader. */
export function executeChangeGroup(
  { term, change }: Extract<Operation, { type: 'change-group' }>,
  ports: ExecutionPorts,
  done: Done,
): void {
  if (isOutdated(term, ports, done)) return;
  const changed = attempting(ports, done, (outcome: GroupChanged) => {
    switch (outcome.status) {
      case 'committed':
        done(DONE);
        return;
      case 'not-allowed':
        done(rejected('conflict', outcome.detail));
        return;
      case 'refused':
      case 'unknown':
        done(outcome);
        return;
      default:
        outcome satisfies never;
    }
  });
  ports.changeGroup(change, changed);
}

/** Opens or closes the replica of this node. */
export function executeReplica(
  operation: Extract<Operation, { type: 'open-replica' | 'close-replica' }>,
  ports: ExecutionPorts,
  done: Done,
): void {
  const { type, term, group } = operation;
  if (isOutdated(term, ports, done)) return;
  const work =
    type === 'open-replica'
      ? ports.openReplica(group, operation.silentBelow).then(() => true)
      : ports.closeReplica(group);
  settle(work, ports, done, (isDone) =>
    done(isDone ? DONE : rejected('conflict', 'the replica is a member of its group')),
  );
}
