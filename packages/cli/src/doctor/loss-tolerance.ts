import type { ClusterGroup, ClusterSnapshot } from '@fleetlm/protocol';

export interface LossTolerance {
  /** Whether every group would keep a quorum without any one more node. Null: not every group is known. */
  readonly canLoseANode: boolean | null;
  /** Groups that would lose their quorum with one more node. */
  readonly atRisk: readonly number[];
  /** Groups that have no quorum now. */
  readonly withoutQuorum: readonly number[];
}

/** What the loss of one more node would do, from the voters of each group and the nodes that are up. */
export function lossTolerance({
  nodes,
  groups,
}: Pick<ClusterSnapshot, 'nodes' | 'groups'>): LossTolerance {
  const up = new Set(nodes.filter(({ state }) => state === 'up').map(({ node_id }) => node_id));
  const spare = ({ voters }: ClusterGroup): number =>
    voters.filter((voter) => up.has(voter)).length - (Math.floor(voters.length / 2) + 1);
  const known = groups.filter(({ voters }) => voters.length > 0);
  const atRisk = known.filter((group) => spare(group) < 1).map(({ group }) => group);
  const withoutQuorum = known.filter((group) => spare(group) < 0).map(({ group }) => group);
  if (atRisk.length > 0) return { canLoseANode: false, atRisk, withoutQuorum };
  return { canLoseANode: known.length === groups.length ? true : null, atRisk, withoutQuorum };
}
