import { fnv1a32 } from '@fleetlm/protocol/group-hash';
import { type FailureDomains, spread, zoneOf } from './failure-domains.ts';

/** The number of the system group, beside the groups of conversations. */
export const SYSTEM_GROUP = 65_535;
/** More nodes than this don't vote in the system group; the others are its learners. */
export const SYSTEM_VOTERS_MAX = 5;

export interface PlacedNode extends FailureDomains {
  readonly number: number;
  readonly nodeId: string;
}

/** Where the replicas of every group should live. */
export interface Placement {
  /** Node numbers, the best first. Throws RangeError for a group that is none. */
  replicasOf(group: number): readonly number[];
  /** Of the nodes that hold it, the one that should lead; 0: none holds it. */
  preferredLeader(group: number): number;
}

/**
 * Rendezvous hashing: every node is scored for a group, and the highest scores hold it. Every node computes
 * the same, and one node more moves only the groups that it wins. Copies of one group are kept on different hosts
 * and in different zones, as far as there are any. Leaders are spread evenly: a group is led by
 * the first of its nodes that does not lead its share already, in the zone that leads the least.
 *
 * Source: Thaler, Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998.
 */
export function placementOf({
  nodes,
  groups,
  replicas,
}: {
  readonly nodes: readonly PlacedNode[];
  readonly groups: number;
  readonly replicas: number;
}): Placement {
  const byGroup = new Map<number, readonly number[]>();
  for (let group = 0; group < groups; group += 1)
    byGroup.set(group, spread(rankedNodes(nodes, group), replicas).map(numberOf));
  const leaders = leadersOf(byGroup, nodes, Math.ceil(groups / Math.max(1, nodes.length)));
  const system = systemVoters(nodes);
  byGroup.set(SYSTEM_GROUP, system);
  leaders.set(SYSTEM_GROUP, system[0] ?? 0);
  return {
    replicasOf: (group) => {
      const placed = byGroup.get(group);
      if (placed === undefined) throw new RangeError(`there is no group ${group}`);
      return placed;
    },
    preferredLeader: (group) => leaders.get(group) ?? 0,
  };
}

/** All nodes by their score for the group, the highest first. */
export function ranked(nodes: readonly PlacedNode[], group: number): readonly number[] {
  return rankedNodes(nodes, group).map(numberOf);
}

function rankedNodes(nodes: readonly PlacedNode[], group: number): readonly PlacedNode[] {
  return nodes
    .map((node) => ({ node, score: mix(fnv1a32(`${node.nodeId}/${group}`)) }))
    .sort((a, b) => b.score - a.score || a.node.number - b.node.number)
    .map(({ node }) => node);
}

const numberOf = ({ number }: PlacedNode): number => number;

/** Every group's leader: the first of the least loaded zone among its nodes that lead less than their share. */
function leadersOf(
  byGroup: ReadonlyMap<number, readonly number[]>,
  nodes: readonly PlacedNode[],
  share: number,
): Map<number, number> {
  const zones = new Map(nodes.map((node) => [node.number, zoneOf(node)]));
  const sizes = new Map<string, number>();
  for (const zone of zones.values()) sizes.set(zone, (sizes.get(zone) ?? 0) + 1);
  const led = new Map<number, number>();
  const ledInZone = new Map<string, number>();
  const leaders = new Map<number, number>();
  const count = (node: number): number => led.get(node) ?? 0;
  const load = (node: number): number => {
    const zone = zones.get(node) ?? '';
    return (ledInZone.get(zone) ?? 0) / (sizes.get(zone) ?? 1);
  };
  for (const [group, replicas] of byGroup) {
    const free = replicas.filter((node) => count(node) < share);
    let best = free[0] ?? replicas[0] ?? 0;
    if (free.length > 0) {
      for (const node of free) if (load(node) < load(best)) best = node;
    } else for (const node of replicas) if (count(node) < count(best)) best = node;
    led.set(best, count(best) + 1);
    const zone = zones.get(best) ?? '';
    ledInZone.set(zone, (ledInZone.get(zone) ?? 0) + 1);
    leaders.set(group, best);
  }
  return leaders;
}

/** The lowest node ids, of different hosts and zones as far as there are any; of more than two an odd number, since an even one outlives no more losses. */
function systemVoters(nodes: readonly PlacedNode[]): readonly number[] {
  const sorted = [...nodes].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  const count = Math.min(SYSTEM_VOTERS_MAX, sorted.length);
  return spread(sorted, count > 2 && count % 2 === 0 ? count - 1 : count).map(numberOf);
}

/** The finalizer of MurmurHash3: names that differ in one character get scores that have nothing in common. */
function mix(input: number): number {
  let hash = input;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
