import { NO_MUTATIONS, type RaftMutations } from '../core/index.ts';
import type { DiskBugs } from './sim-disk.ts';

/** Deliberate bugs of the layers around the core, played by the simulator's own host and disk. */
export interface HostBugs extends DiskBugs {
  readonly continueAfterSyncError: boolean;
  readonly wipedReplicaKeepsId: boolean;
  readonly snapshotWithoutConfiguration: boolean;
  readonly snapshotWithCurrentTerm: boolean;
  readonly snapshotLossNotReported: boolean;
  /** Messages that wait for a write leave when their own Ready had nothing to write. */
  readonly answersOvertakeWrites: boolean;
  readonly preVoteOff: boolean;
  readonly checkQuorumOff: boolean;
}

export const NO_HOST_BUGS: HostBugs = Object.freeze({
  noSyncOnRecovery: false,
  hardStateInTwoRecords: false,
  continueAfterSyncError: false,
  wipedReplicaKeepsId: false,
  snapshotWithoutConfiguration: false,
  snapshotWithCurrentTerm: false,
  snapshotLossNotReported: false,
  answersOvertakeWrites: false,
  preVoteOff: false,
  checkQuorumOff: false,
});

export interface Bugs {
  readonly core: RaftMutations;
  readonly host: HostBugs;
}

export const NO_BUGS: Bugs = Object.freeze({ core: NO_MUTATIONS, host: NO_HOST_BUGS });
