import type { Raft } from '../raft.ts';
import { finishReads } from '../reads/reads.ts';
import { type ConfChangeV2, type ConfState, NONE } from '../types.ts';
import { ConfChangeError, ConfChanger, type ConfResult, enterMode } from './conf-change.ts';

const NO_DATA = new Uint8Array(0);

function changer(raft: Raft): ConfChanger {
  const { config, progress } = raft.tracker;
  return new ConfChanger({ config, progress }, raft.log.lastIndex(), raft.options);
}

/**
 * Why a change may not be proposed now, or null. One change at a time: until the last is applied, no replica
 * knows what the next would start from. What passes here can't fail when it is applied.
 */
export function confChangeRefusal(
  raft: Raft,
  change: ConfChangeV2,
): 'conf-change-pending' | 'conf-change-invalid' | null {
  if (raft.pendingConfIndex > raft.log.applied) return 'conf-change-pending';
  // Leaving is a change of its own: everything else waits until the joint configuration is left.
  if (raft.tracker.isJoint() && enterMode(change) !== 'leave') return 'conf-change-pending';
  try {
    changer(raft).change(change);
    return null;
  } catch (error) {
    if (error instanceof ConfChangeError) return 'conf-change-invalid';
    throw error;
  }
}

/** Takes a committed change into force; called when it is applied. Throws ConfChangeError. */
export function applyConfChange(raft: Raft, index: number, change: ConfChangeV2): ConfState {
  // A snapshot that has come meanwhile brought it already.
  if (index <= raft.confIndex) return raft.tracker.confState();
  raft.confIndex = index;
  return takeConf(raft, changer(raft).change(change));
}

/** Takes over a configuration, and does what follows from it. */
export function takeConf(raft: Raft, { config, progress }: ConfResult): ConfState {
  const { tracker } = raft;
  tracker.take(config, progress);
  if (raft.role === 'leader') {
    if (tracker.isVoter(raft.id)) leadOn(raft);
    // Removed or demoted: it led until this was committed, and does no longer.
    else raft.becomeFollower(raft.term, NONE);
  }
  return tracker.confState();
}

function leadOn(raft: Raft): void {
  // A smaller quorum may have more than the larger one had.
  raft.maybeCommit();
  finishReads(raft);
  raft.appendDue = true;
  if (raft.leadTransferee !== NONE && !raft.tracker.isVoter(raft.leadTransferee)) {
    raft.leadTransferee = NONE;
  }
}

/** A joint configuration that shall end by itself, and is applied, is left. */
export function maybeAutoLeave(raft: Raft): void {
  if (raft.role !== 'leader' || !raft.tracker.config.autoLeave) return;
  if (raft.log.applied < raft.pendingConfIndex || raft.leadTransferee !== NONE) return;
  raft.pendingConfIndex = raft.appendEntry('conf-change-v2', NO_DATA);
}
