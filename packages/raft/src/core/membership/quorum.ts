import type { ReplicaId } from '../types.ts';

export type VoteResult = 'won' | 'lost' | 'pending';

/** A set of voters of which a majority decides. Iterated as an array: this is on the path of every commit. */
export type MajorityConfig = readonly ReplicaId[];

/** A joint configuration needs a majority of both halves (Raft thesis, section 4.3). */
export interface JointVoters {
  readonly incoming: MajorityConfig;
  readonly outgoing: MajorityConfig;
}

/** Reused between calls, which never nest: sorted descending while it is filled. */
const scratch: number[] = [];

/** Highest index that a majority of `voters` has; Infinity for no voters (the other half decides). */
export function majorityCommitted(
  voters: MajorityConfig,
  matchOf: (id: ReplicaId) => number,
): number {
  const count = voters.length;
  if (count === 0) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i += 1) {
    const match = matchOf(voters[i] ?? 0);
    let at = i;
    for (; at > 0 && (scratch[at - 1] ?? 0) < match; at -= 1) scratch[at] = scratch[at - 1] ?? 0;
    scratch[at] = match;
  }
  return scratch[count >> 1] ?? 0;
}

/** Outcome of an election in one majority configuration; an empty one is won. */
export function majorityVote(
  voters: MajorityConfig,
  votes: ReadonlyMap<ReplicaId, boolean>,
): VoteResult {
  if (voters.length === 0) return 'won';
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const vote = votes.get(id);
    if (vote === undefined) missing += 1;
    else if (vote) granted += 1;
  }
  const quorum = (voters.length >> 1) + 1;
  if (granted >= quorum) return 'won';
  return granted + missing >= quorum ? 'pending' : 'lost';
}

export function jointCommitted(voters: JointVoters, matchOf: (id: ReplicaId) => number): number {
  const incoming = majorityCommitted(voters.incoming, matchOf);
  if (voters.outgoing.length === 0) return incoming;
  return Math.min(incoming, majorityCommitted(voters.outgoing, matchOf));
}

export function jointVote(voters: JointVoters, votes: ReadonlyMap<ReplicaId, boolean>): VoteResult {
  const incoming = majorityVote(voters.incoming, votes);
  if (voters.outgoing.length === 0) return incoming;
  const outgoing = majorityVote(voters.outgoing, votes);
  if (incoming === outgoing) return incoming;
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending';
}
