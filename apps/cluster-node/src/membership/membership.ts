import type { MeshEvent, NodeIdentity, PeerRefusal } from '@fleetlm/raft/mesh';
import type { PeerAddress } from '../config/variables.ts';
import type { Logger } from '../telemetry/logger.ts';
import {
  type ClusterDescriptor,
  decodeDescriptor,
  encodeDescriptor,
  memberOf,
} from './cluster-descriptor.ts';
import { decodeFounding, encodeFounding, type Hello } from './founding-messages.ts';

export interface MembershipOptions {
  readonly nodeId: string;
  readonly incarnation: string;
  readonly peers: readonly PeerAddress[];
  readonly groups: number;
  readonly replicas: number;
  readonly descriptor: ClusterDescriptor | null;
  /** Durable once it resolves. */
  readonly save: (descriptor: ClusterDescriptor) => Promise<void>;
  readonly newClusterId: () => string;
  readonly send: (nodeId: string, frame: Uint8Array) => boolean;
  /** The descriptor is on disk: from now on this node is a member. */
  readonly onMember: (descriptor: ClusterDescriptor) => void;
  /** The node can't become what it is asked to be: exit code 78. */
  readonly onRefused: (detail: string) => void;
  /** The descriptor can't be written: exit code 70. */
  readonly onFailure: (error: unknown) => void;
  readonly log: Logger;
}

/**
 * How a node becomes a member of a cluster. Nodes that know none wait until all founding nodes see each other and
 * none of them knows one; then the lowest id founds it. A node that meets one that knows a cluster takes over
 * its description. Nobody founds alone what others may have founded already.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #connected = new Map<string, NodeIdentity>();
  readonly #hellos = new Map<string, Hello>();
  #descriptor: ClusterDescriptor | null;
  #saving = false;
  #disagreement = '';

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#descriptor = options.descriptor;
  }

  get descriptor(): ClusterDescriptor | null {
    return this.#descriptor;
  }

  /** To be called once the options' callbacks may be called. */
  start(): void {
    if (this.#descriptor !== null) this.#options.onMember(this.#descriptor);
    else this.#maybeFound();
  }

  /** For the mesh: whether a node whose secret was right is one of ours; null accepts. */
  admit(identity: NodeIdentity): PeerRefusal | null {
    if (this.#descriptor === null)
      return this.#options.peers.some(({ nodeId }) => nodeId === identity.nodeId)
        ? null
        : 'unexpected-node';
    const member = memberOf(this.#descriptor, identity.nodeId);
    if (member === null) return 'unexpected-node';
    return member.incarnation === identity.incarnation ? null : 'unknown-incarnation';
  }

  handleEvent(event: MeshEvent): void {
    switch (event.type) {
      case 'peer-up':
        this.#connected.set(event.identity.nodeId, event.identity);
        this.#greet(event.identity.nodeId);
        this.#maybeFound();
        return;
      case 'peer-down':
        this.#connected.delete(event.nodeId);
        this.#hellos.delete(event.nodeId);
        return;
      case 'peer-refused':
        this.#refused(event);
        return;
      default:
        event satisfies never;
    }
  }

  /** A frame on the `founding` channel. */
  handleFrame(nodeId: string, frame: Uint8Array): void {
    const message = decodeFounding(frame);
    if (message === null) {
      this.#options.log.warn({ peer: nodeId }, 'founding: a message that is not understood');
      return;
    }
    if (message.type === 'descriptor') {
      this.#adopt(decodeDescriptor(message.descriptor), nodeId);
      return;
    }
    if (this.#descriptor !== null) {
      this.#greet(nodeId);
      return;
    }
    this.#hellos.set(nodeId, message);
    this.#maybeFound();
  }

  #greet(nodeId: string): void {
    const descriptor = this.#descriptor;
    const frame =
      descriptor === null
        ? encodeFounding(this.#hello())
        : encodeFounding({ type: 'descriptor', descriptor: encodeDescriptor(descriptor) });
    this.#options.send(nodeId, frame);
  }

  #hello(): Hello {
    const { nodeId, incarnation, peers, groups, replicas } = this.#options;
    return {
      type: 'hello',
      nodeId,
      incarnation,
      peers: peers.map((peer) => peer.nodeId).sort(),
      groups,
      replicas,
    };
  }

  #maybeFound(): void {
    if (this.#descriptor !== null || this.#saving) return;
    const own = this.#hello();
    if (own.peers[0] !== own.nodeId) return;
    for (const nodeId of own.peers) {
      if (nodeId === own.nodeId) continue;
      const hello = this.#hellos.get(nodeId);
      if (hello === undefined || !this.#connected.has(nodeId)) return;
      if (!this.#agrees(own, hello)) return;
    }
    this.#save(this.#newDescriptor(own), 'founded the cluster');
  }

  #agrees(own: Hello, other: Hello): boolean {
    const wishes = ({ peers, groups, replicas }: Hello): string =>
      `CLUSTER_PEERS ${peers.join(',')}, RAFT_GROUPS ${groups}, RAFT_REPLICAS ${replicas}`;
    if (wishes(own) === wishes(other)) return true;
    const detail = `${own.nodeId} has ${wishes(own)}; ${other.nodeId} has ${wishes(other)}`;
    if (detail !== this.#disagreement)
      this.#options.log.error(
        { detail },
        'the founding nodes are not configured alike: no cluster is founded until they are',
      );
    this.#disagreement = detail;
    return false;
  }

  #newDescriptor(own: Hello): ClusterDescriptor {
    const { peers, newClusterId, groups, replicas } = this.#options;
    const byId = [...peers].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    return {
      clusterId: newClusterId(),
      groups,
      replicas: Math.min(replicas, peers.length),
      nodes: byId.map(({ nodeId, host, port }, index) => ({
        number: index + 1,
        nodeId,
        incarnation: nodeId === own.nodeId ? own.incarnation : this.#incarnationOf(nodeId),
        host,
        port,
      })),
    };
  }

  #incarnationOf(nodeId: string): string {
    const hello = this.#hellos.get(nodeId);
    if (hello === undefined) throw new Error(`${nodeId} has not said hello`);
    return hello.incarnation;
  }

  #adopt(descriptor: ClusterDescriptor, from: string): void {
    if (this.#descriptor !== null || this.#saving) return;
    const { nodeId, incarnation } = this.#options;
    const member = memberOf(descriptor, nodeId);
    if (member === null)
      this.#options.onRefused(
        `${from} is in the cluster ${descriptor.clusterId}, which has no node named ${nodeId}. ` +
          `Its nodes are ${descriptor.nodes.map((node) => node.nodeId).join(', ')}.`,
      );
    else if (member.incarnation !== incarnation) this.#options.onRefused(wiped(nodeId));
    else this.#save(descriptor, `took over the cluster's description from ${from}`);
  }

  #save(descriptor: ClusterDescriptor, how: string): void {
    this.#saving = true;
    this.#options.save(descriptor).then(() => {
      this.#saving = false;
      this.#descriptor = descriptor;
      this.#options.log.info({ cluster: descriptor.clusterId }, how);
      this.#options.onMember(descriptor);
      for (const nodeId of this.#connected.keys()) this.#greet(nodeId);
    }, this.#options.onFailure);
  }

  #refused(event: Extract<MeshEvent, { type: 'peer-refused' }>): void {
    const { log, nodeId, onRefused } = this.#options;
    const { refusal, address, remote } = event;
    log.error({ peer: event.nodeId, address, refusal, remote }, REFUSAL_TEXT[refusal]);
    if (remote && refusal === 'unknown-incarnation') onRefused(wiped(nodeId));
  }
}

function wiped(nodeId: string): string {
  return (
    `The cluster knows ${nodeId} with another data directory than this one, which is new or was emptied. ` +
    'A replica that forgot what it acknowledged must not vote again, so this node is not let in. ' +
    `Start ${nodeId} with its own DATA_DIR (restore the directory as it was when the node last ran), ` +
    'or leave it stopped: the others go on without it.'
  );
}

const REFUSAL_TEXT: Readonly<Record<PeerRefusal, string>> = {
  'bad-secret': 'mesh: the secrets differ; CLUSTER_SECRET must be the same on all nodes',
  'other-cluster': 'mesh: that node belongs to another cluster; see CLUSTER_PEERS and DATA_DIR',
  'unknown-incarnation': 'mesh: a node of a known name with an unknown data directory',
  'duplicate-node': 'mesh: a node of that name is already connected; NODE_ID must be unique',
  'unexpected-node': 'mesh: nobody expected that node at that address; see CLUSTER_PEERS',
  'protocol-version': 'mesh: that node speaks another version of the protocol',
  malformed: 'mesh: somebody who does not speak the protocol',
};
