import { type JointConfig, jointCommitted, jointVote, type VoteResult } from './quorum.ts';
import type { Progress } from './progress.ts';
import type { ConfState, ReplicaId } from './types.ts';

/** The configuration in force. Sets are replaced, never changed in place. */
export interface TrackerConfig extends JointConfig {
  readonly learners: ReadonlySet<ReplicaId>;
  /** Voters of the outgoing half that become learners when the joint configuration is left. */
  readonly learnersNext: ReadonlySet<ReplicaId>;
  readonly autoLeave: boolean;
}

export const EMPTY_CONFIG: TrackerConfig = {
  incoming: new Set(),
  outgoing: new Set(),
  learners: new Set(),
  learnersNext: new Set(),
  autoLeave: false,
};

/** Configuration, the progress of every replica in it (in order of id), and votes received. */
export class Tracker {
  config: TrackerConfig = EMPTY_CONFIG;
  progress: Map<ReplicaId, Progress> = new Map();
  votes = new Map<ReplicaId, boolean>();
  readonly #matchOf = (id: ReplicaId): number => this.progress.get(id)?.match ?? 0;

  committed(): number {
    return jointCommitted(this.config, this.#matchOf);
  }

  isVoter(id: ReplicaId): boolean {
    return this.config.incoming.has(id) || this.config.outgoing.has(id);
  }

  voterIds(): readonly ReplicaId[] {
    return [...new Set([...this.config.incoming, ...this.config.outgoing])].sort((a, b) => a - b);
  }

  isSingleton(): boolean {
    return this.config.incoming.size === 1 && this.config.outgoing.size === 0;
  }

  isJoint(): boolean {
    return this.config.outgoing.size > 0;
  }

  resetVotes(): void {
    this.votes = new Map();
  }

  recordVote(id: ReplicaId, granted: boolean): void {
    if (!this.votes.has(id)) this.votes.set(id, granted);
  }

  voteResult(): VoteResult {
    return jointVote(this.config, this.votes);
  }

  /** Did a quorum speak since it was last asked? The replica itself counts as active. */
  quorumActive(): boolean {
    const active = new Map<ReplicaId, boolean>();
    for (const [id, progress] of this.progress) {
      if (!progress.isLearner) active.set(id, progress.recentActive);
    }
    return jointVote(this.config, active) === 'won';
  }

  hasQuorum(ids: ReadonlyMap<ReplicaId, boolean>): boolean {
    return jointVote(this.config, ids) === 'won';
  }

  confState(): ConfState {
    const sorted = (ids: ReadonlySet<ReplicaId>): ReplicaId[] => [...ids].sort((a, b) => a - b);
    return {
      voters: sorted(this.config.incoming),
      votersOutgoing: sorted(this.config.outgoing),
      learners: sorted(this.config.learners),
      learnersNext: sorted(this.config.learnersNext),
      autoLeave: this.config.autoLeave,
    };
  }
}
