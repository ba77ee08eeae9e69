import type { NodeView } from '@fleetlm/raft/playground';

export type NodeLook = 'leader' | 'candidate' | 'follower' | 'learner' | 'outsider' | 'stopped';

/** What a node is, in one word for the picture. A node outside of the group still runs. */
export function lookOf(node: NodeView, members: Membership): NodeLook {
  if (!node.isRunning) return 'stopped';
  switch (node.role) {
    case 'leader':
      return 'leader';
    case 'candidate':
    case 'pre-candidate':
      return 'candidate';
    case 'follower':
      return members === 'voter' ? 'follower' : members;
    default:
      return node.role satisfies never;
  }
}

export type Membership = 'voter' | 'learner' | 'outsider';

interface Members {
  readonly voters: readonly number[];
  readonly votersOutgoing: readonly number[];
  readonly learners: readonly number[];
}

export function membershipOf(
  id: number,
  { voters, votersOutgoing, learners }: Members,
): Membership {
  if (voters.includes(id) || votersOutgoing.includes(id)) return 'voter';
  return learners.includes(id) ? 'learner' : 'outsider';
}

export const ROLE_WORDS: Readonly<Record<NodeLook, string>> = {
  leader: 'leader',
  candidate: 'candidate',
  follower: 'follower',
  learner: 'learner',
  outsider: 'no member',
  stopped: 'stopped',
};

/** The role as the panel says it: asking first is not yet being a candidate. */
export function roleWord(node: NodeView, look: NodeLook): string {
  return look === 'candidate' && node.role === 'pre-candidate' ? 'asking' : ROLE_WORDS[look];
}

/** The line below the term: votes gathered by who campaigns, the vote given by the others. */
export function voteWord(node: NodeView): string {
  if (node.role === 'candidate')
    return node.votesFor.length === 1 ? '1 vote' : `${node.votesFor.length} votes`;
  if (node.role === 'pre-candidate') return `${node.votesFor.length} say yes`;
  return node.vote === 0 ? 'no vote' : `vote n${node.vote}`;
}
