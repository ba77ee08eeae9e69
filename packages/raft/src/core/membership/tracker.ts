import type { ConfState, ReplicaId } from '../types.ts';
import type { Progress } from './progress.ts';
import { type JointVoters, jointCommitted, jointVote, type VoteResult } from './quorum.ts';

/** The configuration in force. Sets are replaced, never changed in place. */
export interface TrackerConfig {
  readonly incoming: ReadonlySet<ReplicaId>;
  readonly outgoing: ReadonlySet<ReplicaId>;
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

const sorted = (ids: ReadonlySet<ReplicaId>): ReplicaId[] => [...ids].sort((a, b) => a - b);

/** Configuration, the progress of every replica in it, and votes received. */
export class Tracker {
  config: TrackerConfig = EMPTY_CONFIG;
  progress: ReadonlyMap<ReplicaId, Progress> = new Map();
  /** The same progress in order of id: iterated on every broadcast. */
  replicas: readonly Progress[] = [];
  /** All voters of both halves, in order of id. */
  voterIds: readonly ReplicaId[] = [];
  #voters: JointVoters = { incoming: [], outgoing: [] };
  readonly #votes = new Map<ReplicaId, boolean>();
  readonly #matchOf = (id: ReplicaId): number => this.progress.get(id)?.match ?? 0;
  readonly #readRoundOf = (id: ReplicaId): number => this.progress.get(id)?.readRound ?? 0;

  /** Takes a configuration over as a whole. */
  take(config: TrackerConfig, progress: ReadonlyMap<ReplicaId, Progress>): void {
    this.config = config;
    this.progress = progress;
    this.replicas = [...progress.values()].sort((a, b) => a.id - b.id);
    for (const replica of this.replicas) replica.isLearner = config.learners.has(replica.id);
    const { incoming, outgoing } = config;
    this.voterIds = sorted(new Set([...incoming, ...outgoing]));
    this.#voters = { incoming: sorted(incoming), outgoing: sorted(outgoing) };
  }

  /** Highest index that a quorum has on disk; Infinity without voters. */
  committed(): number {
    return jointCommitted(this.#voters, this.#matchOf);
  }

  /** Newest ReadIndex round that a quorum answered. */
  confirmedReadRound(): number {
    return jointCommitted(this.#voters, this.#readRoundOf);
  }

  isVoter(id: ReplicaId): boolean {
    return this.config.incoming.has(id) || this.config.outgoing.has(id);
  }

  isSingleton(): boolean {
    return this.config.incoming.size === 1 && this.config.outgoing.size === 0;
  }

  isJoint(): boolean {
    return this.config.outgoing.size > 0;
  }

  resetVotes(): void {
    this.#votes.clear();
  }

  /** The first vote of a replica counts. */
  recordVote(id: ReplicaId, granted: boolean): void {
    if (!this.#votes.has(id)) this.#votes.set(id, granted);
  }

  voteResult(): VoteResult {
    return jointVote(this.#voters, this.#votes);
  }

  /** Has a quorum been heard of since the last check? */
  quorumActive(): boolean {
    const active = new Map<ReplicaId, boolean>();
    for (const replica of this.replicas) active.set(replica.id, replica.recentActive);
    return jointVote(this.#voters, active) === 'won';
  }

  confState(): ConfState {
    return {
      voters: sorted(this.config.incoming),
      votersOutgoing: sorted(this.config.outgoing),
      learners: sorted(this.config.learners),
      learnersNext: sorted(this.config.learnersNext),
      autoLeave: this.config.autoLeave,
    };
  }
}
