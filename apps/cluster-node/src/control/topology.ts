import type { RaftHost } from '@fleetlm/raft/host';
import type { Mesh, NodeIdentity } from '@fleetlm/raft/mesh';
import { ulid } from 'ulid';
import type { GroupReply } from '../groups/group-reply.ts';
import type { Groups } from '../groups/groups.ts';
import type { LiveDescriptor } from '../membership/cluster-descriptor.ts';
import { type FailureDomains, saidDomains } from '../membership/failure-domains.ts';
import {
  type NodeRecord,
  type NodeRegistry,
  nodeNamed,
  type RegistryCommand,
} from '../membership/node-registry.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import type { PlanInput } from '../membership/planner.ts';
import { type ExecutionPorts, notLeader } from '../operations/execution.ts';
import { failureOf } from '../outcome.ts';
import type { Router } from '../router/router.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changeGroup } from './change-group.ts';
import type { JoinResult } from './cluster-entry.ts';
import { ClusterOperations } from './cluster-operations.ts';
import { Coordinator } from './coordinator.ts';
import type { DataDirectory } from './data-directory.ts';
import type { GroupLocator } from './group-locator.ts';
import type { LivePlacement } from './live-placement.ts';
import { planInput } from './plan-input.ts';
import type { Replicas } from './replicas.ts';
import type { GroupDirectory } from './reports/group-directory.ts';
import type { NodeReport } from './reports/node-report.ts';
import type { PeerNumbers } from './reports/peer-numbers.ts';
import type { StalledGroups } from './stalled-groups.ts';

export interface TopologyOptions {
  readonly self: number;
  readonly descriptor: LiveDescriptor;
  readonly host: RaftHost<GroupReply>;
  readonly groups: Groups;
  readonly peers: PeerNumbers;
  readonly mesh: Mesh;
  /** Of this node: the groups that live on it. */
  readonly replicas: Replicas;
  readonly locator: GroupLocator;
  readonly stalled: StalledGroups;
  readonly placement: LivePlacement;
  readonly directory: GroupDirectory;
  readonly dataDirectory: Pick<DataDirectory, 'markOpened'>;
  readonly address: { readonly host: string; readonly port: number };
  readonly domains: FailureDomains;
  readonly router: Pick<Router, 'call' | 'request' | 'ask'>;
  readonly ownReport: () => NodeReport;
  readonly replaceAfterMs: number;
  /** The list of nodes is another one: for this node's next start. */
  readonly nodesChanged: () => void;
  readonly publish: (group: number | null, detail: string) => void;
  readonly onError: (error: unknown) => void;
  readonly log: Logger;
}

/** Where a node is: in the network, and of what it is a part. */
interface Where extends FailureDomains {
  readonly host: string;
  readonly port: number;
}

function isAt(one: Where, other: Where): boolean {
  return (
    one.host === other.host &&
    one.port === other.port &&
    one.zone === other.zone &&
    one.hostId === other.hostId
  );
}

/** Who is in the cluster and where its groups live and should live, as this node knows it; and the work on that. */
export class Topology {
  readonly operations: ClusterOperations;
  readonly #options: TopologyOptions;
  readonly #coordinator: Coordinator;
  #refreshDue = false;

  constructor(options: TopologyOptions) {
    this.#options = options;
    const { router, descriptor, peers, self, host, publish, onError, log } = options;
    this.operations = new ClusterOperations({
      registry: () => this.registry,
      skipped: () => options.groups.system.skipped,
      input: () => this.input(),
      groupCount: descriptor.groups,
      coordinator: () => this.coordinator,
      router,
    });
    this.#coordinator = new Coordinator({
      term: () => (host.isReadyLeader(SYSTEM_GROUP) ? host.termOf(SYSTEM_GROUP) : null),
      registry: () => this.registry,
      groupCount: descriptor.groups,
      input: () => this.input(),
      router,
      nodeIdOf: (node) => (node === self ? null : (peers.nodeIdOf(node) ?? undefined)),
      replaceAfterMs: options.replaceAfterMs,
      newOperationId: ulid,
      publish,
      monotonicMs: () => performance.now(),
      onError,
      log,
    });
  }

  get registry(): NodeRegistry {
    return this.#options.groups.system.registry;
  }

  /** This node's own record; null: the registry has not come here yet. */
  get own(): NodeRecord | null {
    return this.registry.nodes.get(this.#options.self) ?? null;
  }

  /** The name of the node that leads the system group; null: none as far as this node knows. */
  get coordinator(): string | null {
    const { host, groups } = this.#options;
    const leader = groups.has(SYSTEM_GROUP) ? host.leaderOf(SYSTEM_GROUP) : 0;
    return this.registry.nodes.get(leader)?.nodeId ?? null;
  }

  input(): PlanInput {
    const { self, descriptor, peers, directory, placement, ownReport } = this.#options;
    directory.receive(self, ownReport());
    return planInput({
      self,
      descriptor,
      nodes: () => this.registry.nodes.values(),
      placement: placement.current,
      directory,
      isConnected: (number) => peers.nodeIdOf(number) !== null,
    });
  }

  /** What carrying out the coordinator's steps takes on this node. */
  readonly execution: Pick<
    ExecutionPorts,
    'systemTerm' | 'changeGroup' | 'openReplica' | 'closeReplica' | 'stallOf'
  > = {
    systemTerm: () => this.#options.host.termOf(SYSTEM_GROUP),
    changeGroup: (change, done) => {
      if (this.#options.locator.isReadyHere(change.group))
        changeGroup(this.#options.host, change, done);
      else {
        const leader = this.#options.locator.leaderOf(change.group);
        done(notLeader(leader));
      }
    },
    openReplica: (group, nonVotingBelow) => this.#options.replicas.open(group, nonVotingBelow),
    closeReplica: (group) => this.#options.replicas.close(group),
    stallOf: (group) => this.#options.stalled.report(group),
  };

  start(onDisk: ReadonlySet<number>): void {
    this.#options.stalled.start();
    this.#options.replicas.openAll(onDisk);
    for (const identity of this.#options.mesh.connected) this.peerUp(identity);
    this.#refresh();
  }

  /** The registry is up to date here: this node announces where it is if it has moved, and its directory is in use. */
  caughtUp(): void {
    const { dataDirectory, address, domains, log, onError } = this.#options;
    dataDirectory.markOpened().catch(onError);
    const { own } = this;
    const present = { ...address, ...domains };
    if (own === null || isAt(own, present)) return;
    log.info(present, 'topology: address, zone or host changed; announcing it to the cluster');
    const { nodeId, incarnation } = own;
    this.admit({ nodeId, incarnation, ...present }, (answer) => {
      if (!answer.ok)
        log.warn({ detail: answer.detail }, 'topology: announcing the new address failed');
    });
  }

  /** Whether this was the data directory of a node that was removed or replaced. */
  isGone(incarnation: string): boolean {
    return [...this.registry.nodes.values()].some(
      (node) => node.incarnation === incarnation && node.state === 'gone',
    );
  }

  /** A node asks to be admitted, or announces its address. */
  admit(
    request: Where & { readonly nodeId: string; readonly incarnation: string },
    done: (answer: JoinResult) => void,
  ): void {
    const { nodeId, incarnation, host, port } = request;
    const command: RegistryCommand = {
      type: 'join-node',
      nodeId,
      incarnation,
      host,
      port,
      ...saidDomains(request),
      operationId: ulid(),
      timeMs: 0,
    };
    this.#options.router.call({ type: 'registry', command }, (outcome) => {
      if (outcome.status !== 'ok') {
        const { code, detail } = failureOf(outcome);
        // The registry has decided; after everything else the node asks again.
        done({ ok: false, isFinal: code === 'conflict' || code === 'not_found', detail });
      } else if (outcome.value.type === 'node') done({ ok: true, node: outcome.value.node });
    });
  }

  /** False: malformed. What no known member has sent is dropped. */
  receiveRaft(nodeId: string, frame: Uint8Array): boolean {
    const number = this.#options.peers.numberOf(nodeId);
    return number === null || this.#options.host.receive(number, frame);
  }

  stop(): void {
    this.#coordinator.stop();
    this.#options.replicas.stop();
  }

  /** Called within apply: what follows is done later, once for all that is applied together. */
  systemChanged(): void {
    if (this.#refreshDue) return;
    this.#refreshDue = true;
    setImmediate(
      guarded('timer', () => {
        this.#refreshDue = false;
        inComponent('membership', () => this.#refresh());
      }),
    );
  }

  leaderChanged(group: number, leader: number): void {
    if (leader !== 0) this.#options.replicas.leaderFound(group);
    if (group === SYSTEM_GROUP) this.#coordinator.changed();
  }

  peerUp(identity: NodeIdentity): void {
    const { peers, host } = this.#options;
    const number = peers.up(identity);
    if (number !== null) host.peerUp(number);
    this.#contactsChanged();
  }

  peerDown(nodeId: string): void {
    const { peers, host } = this.#options;
    const number = peers.down(nodeId);
    if (number !== null) {
      host.peerDown(number);
      this.#options.directory.forget(number);
    }
    this.#contactsChanged();
  }

  #contactsChanged(): void {
    this.#preferSystemLeader();
    this.#coordinator.changed();
  }

  #refresh(): void {
    const { descriptor, nodesChanged, groups, stalled, replicas, placement } = this.#options;
    stalled.decided(groups.system.skipped);
    const present = [...this.registry.nodes.values()].filter(({ state }) => state !== 'gone');
    // A node that was admitted a moment ago has not read the registry yet.
    if (this.own === null) return;
    if (descriptor.update(present)) {
      nodesChanged();
      this.#connect();
    }
    replicas.setPreferred(placement.refresh());
    this.#contactsChanged();
  }

  /** Calls the nodes that are new, and no more those that are gone. */
  #connect(): void {
    const { descriptor, mesh, peers, host, self } = this.#options;
    const { up, down } = peers.refresh();
    for (const number of down) {
      host.peerDown(number);
      this.#options.directory.forget(number);
    }
    for (const number of up) host.peerUp(number);
    for (const { number, nodeId, host: address, port } of descriptor.nodes)
      if (number !== self) mesh.addPeer({ nodeId, host: address, port });
    for (const { state, nodeId } of this.registry.nodes.values())
      if (state === 'gone' && nodeNamed(this.registry, nodeId) === null) mesh.removePeer(nodeId);
  }

  /** The lowest living node id leads the system group: that is the coordinator. */
  #preferSystemLeader(): void {
    const { groups, host, peers, self, descriptor } = this.#options;
    if (!groups.has(SYSTEM_GROUP)) return;
    const { voters } = host.status(SYSTEM_GROUP).confState;
    const lowest = [...descriptor.nodes]
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))
      .find(
        ({ number }) =>
          voters.includes(number) &&
          this.registry.nodes.get(number)?.state === 'active' &&
          (number === self || peers.nodeIdOf(number) !== null),
      );
    host.setPreferredLeader(SYSTEM_GROUP, lowest?.number ?? 0);
  }
}
