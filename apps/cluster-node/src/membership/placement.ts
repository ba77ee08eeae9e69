import { fnv1a32 } from '@fleetlm/protocol';
import type { ClusterDescriptor } from './cluster-descriptor.ts';

/** The group of the cluster's own facts, beside the groups of conversations. */
export const SYSTEM_GROUP = 65_535;
/** More nodes than this don't vote in the system group. */
const SYSTEM_VOTERS_MAX = 5;

/** Where the replicas of every group live: node numbers, the preferred leader first. */
export interface Placement {
  replicasOf(group: number): readonly number[];
}

/**
 * Rendezvous hashing: every node is scored for a group, and the highest scores hold it. Every node computes
 * the same, and one node more moves only the groups that it wins.
 *
 * Source: Thaler, Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998.
 */
export function placementOf(descriptor: ClusterDescriptor): Placement {
  const byGroup = new Map<number, readonly number[]>();
  for (let group = 0; group < descriptor.groups; group += 1)
    byGroup.set(group, ranked(descriptor, group).slice(0, descriptor.replicas));
  byGroup.set(SYSTEM_GROUP, systemReplicas(descriptor));
  return {
    replicasOf: (group) => {
      const replicas = byGroup.get(group);
      if (replicas === undefined) throw new RangeError(`there is no group ${group}`);
      return replicas;
    },
  };
}

function ranked(descriptor: ClusterDescriptor, group: number): readonly number[] {
  return descriptor.nodes
    .map(({ nodeId, number }) => ({ number, score: mix(fnv1a32(`${nodeId}/${group}`)) }))
    .sort((a, b) => b.score - a.score || a.number - b.number)
    .map(({ number }) => number);
}

/** Every node has the system group at hand. The lowest node id is preferred as its leader. */
function systemReplicas(descriptor: ClusterDescriptor): readonly number[] {
  return [...descriptor.nodes]
    .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))
    .slice(0, SYSTEM_VOTERS_MAX)
    .map(({ number }) => number);
}

/** The finalizer of MurmurHash3: names that differ in one character get scores that have nothing in common. */
function mix(input: number): number {
  let hash = input;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
