import type { ClusterGroup, ClusterNode, ClusterState } from '@fleetlm/client/admin';
import { liveNodes } from './cluster-health.ts';

/**
 * Whether a machine or a zone can be lost now, in a sentence each. Machines are left out where each has one node: the headline
 * says it; zones where not every node has one. Null: nothing is known beyond the headline.
 */
export function failureDomains({
  nodes,
  groups,
}: Pick<ClusterState, 'nodes' | 'groups'>): string | null {
  const members = nodes.filter(({ membership }) => membership !== 'gone');
  if (groups.length === 0 || groups.some(({ voters }) => voters.length === 0)) return null;
  const sentences = [
    sentence('Machines', members, groups, ({ host_id }) => host_id, true),
    sentence('Zones', members, groups, ({ zone }) => zone, false),
  ].filter((text) => text !== null);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function sentence(
  what: string,
  nodes: readonly ClusterNode[],
  groups: readonly ClusterGroup[],
  domainOf: (node: ClusterNode) => string | undefined,
  isLeftOutAlone: boolean,
): string | null {
  const domains = Map.groupBy(nodes, domainOf);
  if (domains.size === 0 || domains.has(undefined)) return null;
  if (isLeftOutAlone && domains.size === nodes.length) return null;
  const live = liveNodes(nodes);
  const critical = [...domains].flatMap(([name = '', members]) => {
    const lost = new Set(members.map(({ node_id }) => node_id));
    return groups.every(({ voters }) => keepsQuorum(voters, live, lost)) ? [] : [name];
  });
  return critical.length === 0
    ? `${what}: any one can be lost.`
    : `${what}: no quorum without ${critical.sort().join(', ')}.`;
}

function keepsQuorum(
  voters: readonly string[],
  live: ReadonlySet<string>,
  lost: ReadonlySet<string>,
): boolean {
  const left = voters.filter((voter) => live.has(voter) && !lost.has(voter));
  return left.length * 2 > voters.length;
}
