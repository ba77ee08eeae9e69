import type { ConfChangeSingle, GroupStatus, RaftHost } from '@fleetlm/raft/host';
import type { GroupReply } from '../groups/group-reply.ts';
import type { GroupChange } from '../membership/planner.ts';
import { DONE, type Done, rejected } from '../operations/execution.ts';
import { UNKNOWN } from '../outcome.ts';

/** Entries that a learner may lack when it is made a voter: they are on their way. */
const LAG_MAX = 1_024;
const NO_CONTEXT = new Uint8Array(0);

/**
 * Changes a group's members on the node that leads it. One change of a voter is simple, several are one joint
 * change, which the leader, or the next one, leaves by itself.
 */
export function changeGroup(
  host: RaftHost<GroupReply>,
  change: GroupChange,
  done: Done<'change-group'>,
): void {
  const status = host.status(change.group);
  const detail = refusalOf(status, change);
  if (detail !== null) {
    done(rejected('conflict', detail));
    return;
  }
  const changes: ConfChangeSingle[] = [
    ...change.addLearners.map((nodeId) => ({ type: 'add-learner-node', nodeId }) as const),
    ...change.promote.map((nodeId) => ({ type: 'add-node', nodeId }) as const),
    ...change.demote.map((nodeId) => ({ type: 'add-learner-node', nodeId }) as const),
    ...change.remove.map((nodeId) => ({ type: 'remove-node', nodeId }) as const),
  ];
  const proposal = { transition: 'auto', changes, context: NO_CONTEXT } as const;
  host.proposeConfChange(change.group, proposal, (outcome) => {
    switch (outcome.status) {
      case 'committed':
        done(DONE);
        return;
      case 'unknown':
        done(UNKNOWN);
        return;
      case 'refused': {
        const { reason, leader } = outcome;
        if (reason === 'not-allowed')
          done(rejected('conflict', 'another change of the group is under way'));
        else done({ status: 'refused', code: reason, leader });
        return;
      }
      default:
        outcome satisfies never;
    }
  });
}

/** Null: the group is as the coordinator thought, and the change is safe. */
function refusalOf(
  { role, confState, replicas, commit }: GroupStatus,
  { expectedVoters, promote }: GroupChange,
): string | null {
  // Only the leader knows; the host says who that is.
  if (role !== 'leader') return null;
  if (confState.votersOutgoing.length > 0) return 'a change of its voters is being completed';
  const voters = [...confState.voters].sort((a, b) => a - b).join();
  if (voters !== [...expectedVoters].sort((a, b) => a - b).join())
    return `its voters are ${voters} by now`;
  for (const node of promote) {
    const progress = replicas.find(({ id }) => id === node);
    const isFit =
      progress !== undefined &&
      progress.state === 'replicate' &&
      progress.match + LAG_MAX >= commit;
    if (!isFit) return `number ${node} is not up to date: it can't vote yet`;
  }
  return null;
}
