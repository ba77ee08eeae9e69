import type { ClusterGroup, ClusterNode, ClusterState } from '@fleetlm/client/admin';

/** A node that is on its way out, or out. */
export interface Drain {
  readonly nodeId: string;
  /** It holds nothing any more and can be stopped. */
  readonly isDone: boolean;
  /** How many nodes can be lost when it holds nothing; null: not known. */
  readonly toleranceAfter: number | null;
}

/** What a node is to the cluster, in the words of every page; null: an ordinary member. */
export function membershipWords(
  { node_id, membership }: Pick<ClusterNode, 'node_id' | 'membership'>,
  groups: readonly ClusterGroup[],
): string | null {
  if (membership === null || membership === 'active') return null;
  return membership === 'draining' && holdsNothing(node_id, groups) ? 'drained' : membership;
}

function holdsNothing(nodeId: string, groups: readonly ClusterGroup[]): boolean {
  return groups.length > 0 && groups.every(({ voters }) => !voters.includes(nodeId));
}

/** The nodes that drain, and what the cluster can lose without them. */
export function drainsOf({
  nodes,
  groups,
}: Pick<ClusterState, 'nodes' | 'groups'>): readonly Drain[] {
  const staying = nodes.filter(({ membership }) => membership === 'active' || membership === null);
  const up = staying.filter(({ state }) => state === 'up').length;
  const copies = Math.max(0, ...groups.map(({ voters }) => voters.length));
  const copiesAfter = Math.min(copies, staying.length);
  // Those that are down may all be members of one group: the worst is what counts.
  const down = Math.min(copiesAfter, staying.length - up);
  const toleranceAfter =
    copies === 0 ? null : copiesAfter - down - (Math.floor(copiesAfter / 2) + 1);
  return nodes
    .filter(({ membership }) => membership === 'draining')
    .map(({ node_id }) => ({
      nodeId: node_id,
      isDone: holdsNothing(node_id, groups),
      toleranceAfter,
    }));
}
