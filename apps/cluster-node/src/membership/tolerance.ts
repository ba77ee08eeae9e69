import { hostOf, zoneOf } from './failure-domains.ts';
import type { PlanInput, PlannedGroup, PlannedNode } from './planner.ts';

/** Whether every group would keep its quorum if any one of them were lost now; null: not known. */
export interface Loss {
  readonly survivable: boolean | null;
  /** Those that can't be lost. */
  readonly critical: readonly string[];
}

export interface Tolerance {
  readonly node: Loss;
  readonly host: Loss;
  readonly zone: Loss;
}

const UNKNOWN: Loss = { survivable: null, critical: [] };

/** What the cluster can lose as it is: with the nodes that are down now. */
export function toleranceOf({ nodes, groups }: Pick<PlanInput, 'nodes' | 'groups'>): Tolerance {
  const present = nodes.filter(({ state }) => state !== 'gone');
  const hasZones = present.length > 0 && present.every(({ zone }) => zone !== undefined);
  // A group whose leader has not reported may be anywhere.
  if (groups.length === 0 || groups.some(({ leader }) => leader === 0))
    return { node: UNKNOWN, host: UNKNOWN, zone: UNKNOWN };
  const loss = (domainOf: (node: PlannedNode) => string, nameOf: (node: PlannedNode) => string) =>
    lossOf(present, groups, domainOf, nameOf);
  return {
    node: loss(
      ({ nodeId }) => nodeId,
      ({ nodeId }) => nodeId,
    ),
    host: loss(hostOf, ({ hostId, nodeId }) => hostId ?? nodeId),
    zone: hasZones ? loss(zoneOf, zoneOf) : UNKNOWN,
  };
}

function lossOf(
  nodes: readonly PlannedNode[],
  groups: readonly PlannedGroup[],
  domainOf: (node: PlannedNode) => string,
  nameOf: (node: PlannedNode) => string,
): Loss {
  const critical: string[] = [];
  const byDomain = Map.groupBy(nodes, domainOf);
  for (const members of byDomain.values()) {
    const alive = new Set(
      nodes.flatMap((node) => (node.isAlive && !members.includes(node) ? [node.number] : [])),
    );
    const keeps = (voters: readonly number[]): boolean =>
      voters.length === 0 || voters.filter((node) => alive.has(node)).length * 2 > voters.length;
    const [first] = members;
    const isLost = groups.some(
      ({ voters, votersOutgoing }) => !keeps(voters) || !keeps(votersOutgoing),
    );
    if (isLost && first !== undefined) critical.push(nameOf(first));
  }
  return { survivable: critical.length === 0, critical: critical.sort() };
}
