import type { ConfState, RaftHost } from '@fleetlm/raft/host';
import type { Mesh } from '@fleetlm/raft/mesh';
import type { GroupReply } from '../groups/group-reply.ts';
import type { Groups } from '../groups/groups.ts';
import { type ClusterDescriptor, nodeIdOf } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import type { LivePlacement } from './live-placement.ts';
import type { Replicas } from './replicas.ts';
import type { GroupDirectory } from './reports/group-directory.ts';

export interface GroupLocatorOptions {
  readonly self: number;
  readonly descriptor: ClusterDescriptor;
  readonly placement: LivePlacement;
  readonly host: RaftHost<GroupReply>;
  readonly groups: Groups;
  readonly replicas: Replicas;
  readonly directory: GroupDirectory;
  readonly mesh: Mesh;
}

/** Who leads which group and who holds it, as far as this node can know. */
export class GroupLocator {
  readonly #options: GroupLocatorOptions;

  constructor(options: GroupLocatorOptions) {
    this.#options = options;
  }

  /** Has this node a replica of the group that works and is up to date? */
  holds(group: number): boolean {
    return this.#options.replicas.isServing(group);
  }

  /** Nodes to ask about a group: those that hold it, as they say; else those that should. */
  replicasOf(group: number): readonly number[] {
    const { directory, placement, descriptor } = this.#options;
    const holders = directory.holdersOf(group);
    if (holders.length > 0) return holders;
    if (group >= descriptor.groups && group !== SYSTEM_GROUP) return [];
    return placement.current.replicasOf(group);
  }

  /** Names of the other nodes with a replica of the group; where it is open here, those of its configuration. */
  otherHolders(group: number): readonly string[] {
    const { descriptor, self, groups, host } = this.#options;
    // What nodes report is up to a second old: one that holds the group by now must not be left out.
    const members = groups.has(group) ? membersOf(host.status(group).confState) : [];
    const holders = members.length > 0 ? members : this.replicasOf(group);
    return holders.flatMap((number) =>
      number === self ? [] : (nodeIdOf(descriptor, number) ?? []),
    );
  }

  /** Number of a node; 0: none as far as this node knows. */
  leaderOf(group: number): number {
    const { groups, replicas, host, directory } = this.#options;
    if (groups.has(group) && !replicas.hasFailed(group)) {
      const leader = host.leaderOf(group);
      if (leader !== 0 || replicas.isServing(group)) return leader;
    }
    return directory.leaderOf(group);
  }

  isReadyHere(group: number): boolean {
    const { groups, replicas, host } = this.#options;
    return groups.has(group) && !replicas.hasFailed(group) && host.isReadyLeader(group);
  }

  /** Is there a leader that this node could reach now? */
  isReachable(group: number): boolean {
    const { self, descriptor, mesh } = this.#options;
    const leader = this.leaderOf(group);
    if (leader === self) return this.isReadyHere(group);
    const nodeId = nodeIdOf(descriptor, leader);
    return nodeId !== null && mesh.isConnected(nodeId);
  }
}

function membersOf({ voters, learners, votersOutgoing }: ConfState): readonly number[] {
  return [...new Set([...voters, ...learners, ...votersOutgoing])];
}
