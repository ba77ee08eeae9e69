import type { ClusterGroup } from '@fleetlm/client/admin';
import { groupName } from './grid.ts';

/** The replicas of a group that stopped at an entry, and what an operator can do. Null: none did. */
export function stalledSentence(
  group: Pick<ClusterGroup, 'group' | 'replicas'>,
): { readonly state: string; readonly remedy: string } | null {
  const stalled = group.replicas.flatMap(({ node_id, stall }) =>
    stall === null ? [] : [{ node_id, ...stall }],
  );
  if (stalled.length === 0) return null;
  const where = stalled
    .map(({ node_id, index, reason }) => `${node_id} at entry ${index} (${reason})`)
    .join(', ');
  return {
    state: `Group ${groupName(group.group)} is stalled on ${where}. What was acknowledged is safe.`,
    remedy: remedyOf(group, stalled),
  };
}

function remedyOf(
  { group, replicas }: Pick<ClusterGroup, 'group' | 'replicas'>,
  stalled: readonly { readonly reason: string }[],
): string {
  if (stalled.some(({ reason }) => reason === 'unsupported'))
    return 'A newer version wrote the entry: upgrade these nodes, and they apply it when they start.';
  if (stalled.length < replicas.length)
    return 'Restart these nodes; the other replicas serve the group meanwhile.';
  return `Upgrade, or skip the entry: fleetlm group show ${group} has what fleetlm group revive needs.`;
}
