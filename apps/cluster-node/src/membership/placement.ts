import { fnv1a32 } from '@fleetlm/protocol/group-hash';

/** The number of the system group, beside the groups of conversations. */
export const SYSTEM_GROUP = 65_535;
/** More nodes than this don't vote in the system group; the others are its learners. */
export const SYSTEM_VOTERS_MAX = 5;

export interface PlacedNode {
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
 * the same, and one node more moves only the groups that it wins. Leaders are spread evenly: a group is led by
 * the first of its nodes that does not lead its share already.
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
    byGroup.set(group, ranked(nodes, group).slice(0, replicas));
  const leaders = leadersOf(byGroup, Math.ceil(groups / Math.max(1, nodes.length)));
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
  return nodes
    .map(({ nodeId, number }) => ({ number, score: mix(fnv1a32(`${nodeId}/${group}`)) }))
    .sort((a, b) => b.score - a.score || a.number - b.number)
    .map(({ number }) => number);
}

function leadersOf(byGroup: ReadonlyMap<number, readonly number[]>, share: number) {
  const led = new Map<number, number>();
  const leaders = new Map<number, number>();
  const count = (node: number): number => led.get(node) ?? 0;
  for (const [group, replicas] of byGroup) {
    let best = replicas.find((node) => count(node) < share) ?? replicas[0] ?? 0;
    for (const node of replicas) if (count(best) >= share && count(node) < count(best)) best = node;
    led.set(best, count(best) + 1);
    leaders.set(group, best);
  }
  return leaders;
}

/** The lowest node ids; of more than two an odd number, since an even one outlives no more losses. */
function systemVoters(nodes: readonly PlacedNode[]): readonly number[] {
  const sorted = [...nodes].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  const count = Math.min(SYSTEM_VOTERS_MAX, sorted.length);
  return sorted
    .slice(0, count > 2 && count % 2 === 0 ? count - 1 : count)
    .map(({ number }) => number);
}

/** The finalizer of MurmurHash3: names that differ in one character get scores that have nothing in common. */
function mix(input: number): number {
  let hash = input;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
