import type { ReplicaId } from './types.ts';

export type VoteResult = 'won' | 'lost' | 'pending';

/** Highest index that a majority of `voters` has; Infinity for no voters (the other half decides). */
export function majorityCommitted(
  voters: ReadonlySet<ReplicaId>,
  matchOf: (id: ReplicaId) => number,
): number {
  const count = voters.size;
  if (count === 0) return Number.POSITIVE_INFINITY;
  const matches: number[] = [];
  for (const id of voters) matches.push(matchOf(id));
  matches.sort((a, b) => b - a);
  return matches[count >> 1] ?? 0;
}

/** Outcome of an election in one majority configuration; an empty one is won. */
export function majorityVote(
  voters: ReadonlySet<ReplicaId>,
  votes: ReadonlyMap<ReplicaId, boolean>,
): VoteResult {
  if (voters.size === 0) return 'won';
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const vote = votes.get(id);
    if (vote === undefined) missing += 1;
    else if (vote) granted += 1;
  }
  const quorum = (voters.size >> 1) + 1;
  if (granted >= quorum) return 'won';
  return granted + missing >= quorum ? 'pending' : 'lost';
}

/** A joint configuration needs a majority of both halves (Raft thesis, section 4.3). */
export interface JointConfig {
  readonly incoming: ReadonlySet<ReplicaId>;
  readonly outgoing: ReadonlySet<ReplicaId>;
}

export function jointCommitted(config: JointConfig, matchOf: (id: ReplicaId) => number): number {
  const incoming = majorityCommitted(config.incoming, matchOf);
  if (config.outgoing.size === 0) return incoming;
  return Math.min(incoming, majorityCommitted(config.outgoing, matchOf));
}

export function jointVote(config: JointConfig, votes: ReadonlyMap<ReplicaId, boolean>): VoteResult {
  const incoming = majorityVote(config.incoming, votes);
  if (config.outgoing.size === 0) return incoming;
  const outgoing = majorityVote(config.outgoing, votes);
  if (incoming === outgoing) return incoming;
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending';
}
