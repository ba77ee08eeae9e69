import type { RaftHost } from '@fleetlm/raft/host';
import type { Mesh } from '@fleetlm/raft/mesh';
import type { GroupReply } from '../groups/group-reply.ts';
import { type ClusterDescriptor, nodeIdOf } from '../membership/cluster-descriptor.ts';
import { type Placement, SYSTEM_GROUP } from '../membership/placement.ts';

export interface LeadersOptions {
  readonly self: number;
  readonly descriptor: ClusterDescriptor;
  readonly placement: Placement;
  readonly host: RaftHost<GroupReply>;
  readonly mesh: Mesh;
}

/** Who leads which group, as far as this node can know. */
export class Leaders {
  readonly #options: LeadersOptions;
  readonly #failed = new Set<number>();

  constructor(options: LeadersOptions) {
    this.#options = options;
  }

  /** This node's replica of the group stands still until the next start: others have to be asked. */
  replicaFailed(group: number): void {
    this.#failed.add(group);
  }

  /** Has this node a replica of the group that works? */
  holds(group: number): boolean {
    const { descriptor, placement, self } = this.#options;
    if (group >= descriptor.groups && group !== SYSTEM_GROUP) return false;
    return placement.replicasOf(group).includes(self) && !this.#failed.has(group);
  }

  /** Names of the other nodes with a replica of the group. */
  otherHolders(group: number): readonly string[] {
    const { descriptor, placement, self } = this.#options;
    return placement
      .replicasOf(group)
      .flatMap((number) => (number === self ? [] : (nodeIdOf(descriptor, number) ?? [])));
  }

  /** Number of a node; 0: nobody as far as this node knows, or it has no replica that would know. */
  leaderOf(group: number): number {
    return this.holds(group) ? this.#options.host.leaderOf(group) : 0;
  }

  isReadyHere(group: number): boolean {
    return this.holds(group) && this.#options.host.isReadyLeader(group);
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
