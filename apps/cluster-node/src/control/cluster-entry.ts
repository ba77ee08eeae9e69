import type { NodeIdentity, PeerEvent, PeerRefusal } from '@fleetlm/raft/mesh';
import {
  type ClusterDescriptor,
  decodeDescriptor,
  encodeDescriptor,
  LiveDescriptor,
  type MemberNode,
  memberOf,
} from '../membership/cluster-descriptor.ts';
import type { FailureDomains } from '../membership/failure-domains.ts';
import {
  decodeFounding,
  encodeFounding,
  type FoundingMessage,
  type Hello,
  type JoinRequest,
} from '../membership/founding-messages.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ClusterEntryOptions {
  readonly nodeId: string;
  readonly incarnation: string;
  /** Founding nodes, by the configuration. */
  readonly peers: readonly Pick<MemberNode, 'nodeId' | 'host' | 'port'>[];
  readonly groups: number;
  readonly replicas: number;
  readonly descriptor: ClusterDescriptor | null;
  /** Where other nodes can call this one. */
  readonly address: { readonly host: string; readonly port: number };
  readonly domains: FailureDomains;
  /** Durable once it resolves. */
  readonly save: (descriptor: ClusterDescriptor) => Promise<void>;
  readonly newClusterId: () => string;
  readonly send: (nodeId: string, frame: Uint8Array) => boolean;
  /** The descriptor is on disk: from now on this node is a member. */
  readonly onMember: (descriptor: LiveDescriptor) => void;
  /** A member is asked to let a node in. */
  readonly admit: (request: JoinRequest, done: (answer: JoinResult) => void) => void;
  /** Whether the directory was of a node that is gone for good. */
  readonly isGone: (incarnation: string) => boolean;
  /** The node can't become what it is asked to be: exit code 78. */
  readonly onRefused: (detail: string) => void;
  /** The descriptor can't be written: exit code 70. */
  readonly onFailure: (error: unknown) => void;
  readonly log: Logger;
}

export type JoinResult =
  | { readonly ok: true; readonly node: MemberNode }
  /** `isFinal`: asking again won't help. */
  | { readonly ok: false; readonly isFinal: boolean; readonly detail: string };

/** A node that waits to be admitted asks again after this. */
const ASK_EVERY_MS = 1_000;

/**
 * How a node becomes a member of a cluster. Nodes that know none wait until all founding nodes see each other and
 * none of them knows one; then the lowest id founds it. A node that meets one that knows a cluster takes over
 * its description, if it is named in it; else it asks to be admitted. No node founds alone what others may have founded
 * already.
 */
export class ClusterEntry {
  readonly #options: ClusterEntryOptions;
  readonly #connected = new Map<string, NodeIdentity>();
  readonly #hellos = new Map<string, Hello>();
  /** Nodes that sent us the description of their cluster. */
  readonly #members = new Set<string>();
  #descriptor: LiveDescriptor | null;
  #saving = false;
  #disagreement = '';
  #asking: NodeJS.Timeout | null = null;
  #rejection = '';
  #isOutdated = false;
  #isWriting = false;

  constructor(options: ClusterEntryOptions) {
    this.#options = options;
    this.#descriptor = options.descriptor === null ? null : new LiveDescriptor(options.descriptor);
  }

  get descriptor(): LiveDescriptor | null {
    return this.#descriptor;
  }

  /** Null: no cluster has been asked. */
  get admissionStatus(): string | null {
    if (this.#asking === null || this.#descriptor !== null) return null;
    return this.#rejection === ''
      ? 'joining: waiting to be let into the cluster'
      : `joining: ${this.#rejection}`;
  }

  close(): void {
    if (this.#asking !== null) clearInterval(this.#asking);
  }

  /** The cluster's nodes have changed: this node's memory of them, for its next start. One write at a time. */
  nodesChanged(): void {
    this.#isOutdated = true;
    if (!this.#isWriting) this.#write().catch(this.#options.onFailure);
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#isOutdated && this.#descriptor !== null) {
      this.#isOutdated = false;
      await this.#options.save(this.#descriptor);
    }
    this.#isWriting = false;
  }

  /** To be called once the options' callbacks may be called. */
  start(): void {
    if (this.#descriptor !== null) this.#options.onMember(this.#descriptor);
    else this.#maybeFound();
  }

  /** For the mesh: whether a node whose secret was right is one of ours; null accepts. */
  admit(identity: NodeIdentity): PeerRefusal | null {
    if (this.#options.isGone(identity.incarnation)) return 'unknown-incarnation';
    // A node that has proven the secret may ask to be admitted; what it may do then is up to the registry.
    if (this.#descriptor !== null || identity.clusterId !== null || this.#members.size > 0)
      return null;
    return this.#options.peers.some(({ nodeId }) => nodeId === identity.nodeId)
      ? null
      : 'unexpected-node';
  }

  handleEvent(event: PeerEvent): void {
    switch (event.type) {
      case 'peer-up':
        this.#connected.set(event.identity.nodeId, event.identity);
        this.#greet(event.identity.nodeId);
        this.#maybeFound();
        return;
      case 'peer-down':
        this.#connected.delete(event.nodeId);
        this.#hellos.delete(event.nodeId);
        this.#members.delete(event.nodeId);
        return;
      case 'peer-refused':
        this.#refused(event);
        return;
      default:
        event satisfies never;
    }
  }

  /** A frame on the `founding` channel. False: no node sends such a frame, its connection is to be closed. */
  handleFrame(nodeId: string, frame: Uint8Array): boolean {
    const message = decodeFounding(frame);
    if (typeof message === 'string') {
      this.#options.log.warn({ peer: nodeId }, 'founding: malformed message');
      return message !== 'foreign';
    }
    this.#handle(nodeId, message);
    return true;
  }

  #handle(nodeId: string, message: FoundingMessage): void {
    switch (message.type) {
      case 'descriptor':
        this.#members.add(nodeId);
        this.#adopt(decodeDescriptor(message.descriptor), nodeId);
        return;
      case 'join':
        this.#admit(nodeId, message);
        return;
      case 'join-rejected':
        this.#joinRejected(nodeId, message);
        return;
      case 'hello':
        if (this.#descriptor !== null) this.#greet(nodeId);
        else {
          this.#hellos.set(nodeId, message);
          this.#maybeFound();
        }
        return;
      default:
        message satisfies never;
    }
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
    const { nodeId, incarnation, peers, groups, replicas, domains } = this.#options;
    return {
      type: 'hello',
      nodeId,
      incarnation,
      peers: peers.map((peer) => peer.nodeId).sort(),
      groups,
      replicas,
      ...domains,
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
        'founding: configurations differ; no cluster is founded until they agree',
      );
    this.#disagreement = detail;
    return false;
  }

  #newDescriptor(own: Hello): ClusterDescriptor {
    const { peers, newClusterId, groups, replicas } = this.#options;
    const byId = [...peers].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    const nodes = byId.map(({ nodeId, host, port }, index) => {
      const { incarnation, zone, hostId } = nodeId === own.nodeId ? own : this.#helloOf(nodeId);
      return { number: index + 1, nodeId, incarnation, host, port, zone, hostId };
    });
    return { clusterId: newClusterId(), groups, replicas, founders: nodes, nodes };
  }

  #helloOf(nodeId: string): Hello {
    const hello = this.#hellos.get(nodeId);
    if (hello === undefined) throw new Error(`${nodeId} has not sent its hello`);
    return hello;
  }

  #adopt(descriptor: ClusterDescriptor, from: string): void {
    if (this.#descriptor !== null || this.#saving) return;
    const { nodeId, incarnation } = this.#options;
    if (memberOf(descriptor, nodeId)?.incarnation === incarnation)
      this.#save(descriptor, `took over the cluster's description from ${from}`);
    else if (this.#asking === null) {
      this.#asking = setInterval(
        guarded('timer', () => inComponent('membership', () => this.#ask())),
        ASK_EVERY_MS,
      );
      this.#ask();
    }
  }

  /** A new node, or one whose directory was emptied: it comes in under a number of its own. */
  #ask(): void {
    const { nodeId, incarnation, address, domains, send } = this.#options;
    const frame = encodeFounding({ type: 'join', nodeId, incarnation, ...address, ...domains });
    if (this.#descriptor === null && !this.#saving)
      [...this.#members].some((member) => send(member, frame));
  }

  #admit(nodeId: string, request: JoinRequest): void {
    const { admit, send } = this.#options;
    if (this.#descriptor === null || request.nodeId !== nodeId) return;
    admit(request, (answer) => {
      const descriptor = this.#descriptor;
      if (descriptor === null) return;
      if (!answer.ok) {
        const { isFinal, detail } = answer;
        send(nodeId, encodeFounding({ type: 'join-rejected', isFinal, detail }));
        return;
      }
      const others = descriptor.nodes.filter((node) => node.nodeId !== nodeId);
      const { number, incarnation, host, port, zone, hostId } = answer.node;
      const nodes = [...others, { number, nodeId, incarnation, host, port, zone, hostId }].sort(
        (a, b) => a.number - b.number,
      );
      const { clusterId, groups, replicas, founders } = descriptor;
      const announced = encodeDescriptor({ clusterId, groups, replicas, founders, nodes });
      send(nodeId, encodeFounding({ type: 'descriptor', descriptor: announced }));
    });
  }

  #joinRejected(
    from: string,
    { isFinal, detail }: Extract<FoundingMessage, { type: 'join-rejected' }>,
  ): void {
    if (this.#descriptor !== null) return;
    if (isFinal) this.#options.onRefused(`${from} rejected this node: ${detail}`);
    else if (detail !== this.#rejection)
      this.#options.log.warn({ peer: from, detail }, 'join: rejected for now; retrying');
    this.#rejection = detail;
  }

  #save(descriptor: ClusterDescriptor, how: string): void {
    this.#saving = true;
    this.#options.save(descriptor).then(() => {
      this.#saving = false;
      this.#descriptor = new LiveDescriptor(descriptor);
      this.close();
      this.#options.log.info({ cluster: descriptor.clusterId }, how);
      this.#options.onMember(this.#descriptor);
      for (const nodeId of this.#connected.keys()) this.#greet(nodeId);
    }, this.#options.onFailure);
  }

  #refused(event: Extract<PeerEvent, { type: 'peer-refused' }>): void {
    const { log, nodeId, onRefused } = this.#options;
    const { refusal, address, remote } = event;
    log.error({ peer: event.nodeId, address, refusal, remote }, REFUSAL_TEXT[refusal]);
    if (remote && refusal === 'unknown-incarnation') onRefused(removed(nodeId));
  }
}

function removed(nodeId: string): string {
  return (
    `${nodeId} was removed from the cluster, or replaced, with the data directory that it has now. What it holds is ` +
    'elsewhere by now, and it must not vote again. To bring it back as a new node, empty its DATA_DIR and start it.'
  );
}

const REFUSAL_TEXT: Readonly<Record<PeerRefusal, string>> = {
  'bad-secret': 'mesh: the secrets differ; CLUSTER_SECRET must be the same on all nodes',
  'bad-certificate':
    'mesh: a certificate was not accepted; MESH_TLS must be the same on all nodes, and the certificates valid and of one authority',
  'other-cluster': 'mesh: that node belongs to another cluster; see CLUSTER_PEERS and DATA_DIR',
  'unknown-incarnation': 'mesh: a node that was removed from the cluster',
  'duplicate-node': 'mesh: a node of that name is already connected; NODE_ID must be unique',
  'unexpected-node':
    'mesh: rejected connection: unexpected node at this address; see CLUSTER_PEERS',
  'protocol-version': 'mesh: that node speaks another version of the protocol',
  malformed: 'mesh: rejected connection: malformed handshake, or one without encryption',
};
