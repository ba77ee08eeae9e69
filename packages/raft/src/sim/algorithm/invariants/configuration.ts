import type { ConfState } from '../../../core/index.ts';
import { broken } from '../../harness/broken.ts';

const NAME = 'configuration';
const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

/** Quorums of consecutive configurations intersect. */
export function checkTransition(from: ConfState, to: ConfState): void {
  const wasJoint = from.votersOutgoing.length > 0;
  const isJoint = to.votersOutgoing.length > 0;
  if (to.voters.length === 0) broken(NAME, 'no voters');
  if (wasJoint && isJoint) broken(NAME, 'joint twice');
  if (wasJoint || isJoint) {
    const kept = isJoint ? same(from.voters, to.votersOutgoing) : same(from.voters, to.voters);
    if (!kept) broken(NAME, `${JSON.stringify(from)} to ${JSON.stringify(to)}`);
    return;
  }
  const added = to.voters.filter((id) => !from.voters.includes(id)).length;
  const removed = from.voters.filter((id) => !to.voters.includes(id)).length;
  if (added + removed > 1) broken(NAME, `${removed} voters removed and ${added} added at once`);
}

/** A leader has at most one unapplied change in its log that it has appended itself. */
export function checkPendingChanges(pending: number): void {
  if (pending > 1) broken(NAME, `${pending} unapplied changes in the log of a leader`);
}
