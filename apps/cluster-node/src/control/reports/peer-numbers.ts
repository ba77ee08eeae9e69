import type { NodeIdentity } from '@fleetlm/raft/mesh';
import type { ClusterDescriptor } from '../../membership/cluster-descriptor.ts';

/**
 * Which member a connected process is: by its data directory, not by its name. A name may come back with an empty
 * directory, and what was sent by the one must never be counted for the other.
 */
export class PeerNumbers {
  readonly #descriptor: ClusterDescriptor;
  readonly #connected = new Map<string, { readonly incarnation: string; number: number | null }>();

  constructor(descriptor: ClusterDescriptor) {
    this.#descriptor = descriptor;
  }

  /** Its number; null: it is no member, or this node does not know it yet. */
  up({ nodeId, incarnation }: NodeIdentity): number | null {
    const number = this.#numberOf(nodeId, incarnation);
    this.#connected.set(nodeId, { incarnation, number });
    return number;
  }

  down(nodeId: string): number | null {
    const number = this.numberOf(nodeId);
    this.#connected.delete(nodeId);
    return number;
  }

  /** Null: not connected, or no member. */
  numberOf(nodeId: string): number | null {
    return this.#connected.get(nodeId)?.number ?? null;
  }

  /** Null: no connected process is this member. */
  nodeIdOf(number: number): string | null {
    for (const [nodeId, peer] of this.#connected) if (peer.number === number) return nodeId;
    return null;
  }

  /** The members have changed: who became one, and who is none any more. */
  refresh(): { readonly up: readonly number[]; readonly down: readonly number[] } {
    const up: number[] = [];
    const down: number[] = [];
    for (const [nodeId, peer] of this.#connected) {
      const number = this.#numberOf(nodeId, peer.incarnation);
      if (number === peer.number) continue;
      if (peer.number !== null) down.push(peer.number);
      if (number !== null) up.push(number);
      peer.number = number;
    }
    return { up, down };
  }

  #numberOf(nodeId: string, incarnation: string): number | null {
    const member = this.#descriptor.nodes.find((node) => node.nodeId === nodeId);
    return member?.incarnation === incarnation ? member.number : null;
  }
}
