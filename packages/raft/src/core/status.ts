import type { ProgressState } from './membership/progress.ts';
import type { Raft } from './raft.ts';
import type { ConfState, ReplicaId, Role } from './types.ts';

/** What a leader knows of one replica's log: it has everything up to `match`, and is sent `next` next. */
export interface ProgressStatus {
  readonly match: number;
  readonly next: number;
  readonly state: ProgressState;
  readonly recentActive: boolean;
  readonly paused: boolean;
  readonly pendingSnapshot: number;
  /** Appends sent and not yet answered. */
  readonly inflight: number;
  readonly isLearner: boolean;
}

/** A replica as it is now, at the cost of a few fields. */
export interface BasicStatus {
  readonly id: ReplicaId;
  readonly term: number;
  readonly vote: ReplicaId;
  readonly commit: number;
  readonly applied: number;
  readonly lastIndex: number;
  readonly role: Role;
  readonly leader: ReplicaId;
  readonly leadTransferee: ReplicaId;
}

/** The same with its configuration and, on a leader, every replica's progress: a copy, for operators and tests. */
export interface Status extends BasicStatus {
  readonly confState: ConfState;
  /** Ticks since word from a leader, or since the last campaign; a leader counts to its check of the quorum. */
  readonly electionElapsed: number;
  /** Ticks after which this replica campaigns. */
  readonly electionTimeout: number;
  /** Only on a leader: every replica, in order of id. */
  readonly progress: ReadonlyMap<ReplicaId, ProgressStatus>;
}

export function basicStatusOf(raft: Raft): BasicStatus {
  return {
    id: raft.id,
    term: raft.term,
    vote: raft.vote,
    commit: raft.log.committed,
    applied: raft.log.applied,
    lastIndex: raft.log.lastIndex(),
    role: raft.role,
    leader: raft.leader,
    leadTransferee: raft.leadTransferee,
  };
}

export function statusOf(raft: Raft): Status {
  const progress = new Map<ReplicaId, ProgressStatus>();
  if (raft.role === 'leader') {
    for (const replica of raft.tracker.replicas) {
      progress.set(replica.id, {
        match: replica.match,
        next: replica.next,
        state: replica.state,
        recentActive: replica.recentActive,
        paused: replica.isPaused(),
        pendingSnapshot: replica.pendingSnapshot,
        inflight: replica.inflights.count,
        isLearner: replica.isLearner,
      });
    }
  }
  return {
    ...basicStatusOf(raft),
    confState: raft.tracker.confState(),
    electionElapsed: raft.electionElapsed,
    electionTimeout: raft.randomizedElectionTicks,
    progress,
  };
}
