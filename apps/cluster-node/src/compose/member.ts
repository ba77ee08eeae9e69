import { groupOfSession } from '@fleetlm/protocol';
import type { HostEvent, RaftHost } from '@fleetlm/raft/host';
import type { Channel, Mesh, PeerEvent } from '@fleetlm/raft/mesh';
import { type Environment, ownAddress } from '../config/environment.ts';
import { ClusterReports } from '../control/cluster-reports.ts';
import { Gossip } from '../control/gossip.ts';
import { NodeRecorder } from '../control/node-recorder.ts';
import { ownReport } from '../control/own-report.ts';
import { PeerNumbers } from '../control/peer-numbers.ts';
import { Readiness } from '../control/readiness.ts';
import { Topology, type TopologyOptions } from '../control/topology.ts';
import type { DeliveryKeeper } from '../effects/deliveries/index.ts';
import type { DispatchEngine } from '../effects/dispatch/index.ts';
import { Feed } from '../effects/feed/feed.ts';
import type { Flusher } from '../effects/flusher/index.ts';
import { type Performers, performEffect } from '../effects/perform-effect.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import { Groups } from '../groups/groups.ts';
import { SpillFile } from '../groups/spill-file.ts';
import type { Storage } from '../groups/storage.ts';
import { type LiveDescriptor, ownNumber } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { executeOperation } from '../operations/execute-operation.ts';
import type { ExecutionPorts } from '../operations/execution.ts';
import { callsAnswered } from '../router/calls-answered.ts';
import type { Router } from '../router/router.ts';
import { NodeAdmin } from '../runtime/admin.ts';
import type { AgentSecrets } from '../runtime/agent-secrets.ts';
import { agentStats } from '../runtime/agent-stats.ts';
import { NodeDeliveries } from '../runtime/deliveries.ts';
import { NodeRuntime } from '../runtime/runtime.ts';
import type { EventLoopDelay } from '../telemetry/event-loop-delay.ts';
import type { Faults } from '../telemetry/faults.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { feedPorts } from './feed-ports.ts';
import { type FatalFailure, handleHostEvent } from './host-events.ts';
import { type ObservedParts, observeParts } from './observe.ts';
import { openDeliveries } from './open-deliveries.ts';
import { openDispatch, openTestCaller } from './open-dispatch.ts';
import { openFlusher } from './open-flusher.ts';
import { openHost } from './open-host.ts';
import { openRouter } from './open-router.ts';
import { sealOldSecrets } from './seal-old-secrets.ts';
import { STOP_TIMES } from './stop-times.ts';

export interface MemberOptions {
  readonly environment: Environment;
  readonly secrets: AgentSecrets;
  readonly descriptor: LiveDescriptor;
  readonly directory: TopologyOptions['directory'];
  readonly silentBelow: ReadonlyMap<number, number>;
  readonly storage: Storage;
  readonly mesh: Mesh;
  readonly metrics: Metrics;
  readonly faults: Faults;
  readonly eventLoop: EventLoopDelay;
  /** The cluster has other nodes than before. */
  readonly nodesChanged: () => void;
  readonly log: Logger;
  readonly version: string;
  /** The log is damaged or can't be written: the process must end with code 70. */
  readonly onFatal: (failure: FatalFailure) => void;
}

/** A node that knows its cluster: every part of the engine, wired. Here, and only here, data goes back up. */
export class Member {
  readonly runtime: NodeRuntime;
  readonly topology: Topology;
  readonly #options: MemberOptions;
  readonly #self: number;
  readonly #faults: Faults;
  readonly #peers: PeerNumbers;
  readonly #host: RaftHost<GroupReply>;
  readonly #groups: Groups;
  readonly #feed: Feed;
  readonly #dispatch: DispatchEngine;
  readonly #flusher: Flusher;
  readonly #deliveries: DeliveryKeeper;
  readonly #router: Router;
  readonly #reports: ClusterReports;
  readonly #admin: NodeAdmin;
  readonly #gossip: Gossip;
  readonly #recorder: NodeRecorder;
  readonly #parts: ObservedParts;
  readonly #readiness: Readiness;
  readonly #performers: Performers;
  readonly #execution: ExecutionPorts;

  constructor(options: MemberOptions) {
    const { environment, descriptor, storage, mesh, metrics, log } = options;
    this.#options = options;
    this.#faults = options.faults;
    this.#self = ownNumber(descriptor, environment.nodeId);
    this.#peers = new PeerNumbers(descriptor);
    this.#groups = new Groups({
      self: this.#self,
      founders: descriptor.founders,
      perform: (effect) => performEffect(effect, this.#performers),
      spill: new SpillFile(environment.dataDirectory),
      metrics,
      log,
      onError: (error) => this.#faults.handler('effect', error),
      systemChanged: () => this.topology.systemChanged(),
    });
    this.#host = openHost({
      ...options,
      self: this.#self,
      peers: this.#peers,
      onEvent: guarded('raft-event', (event) => this.#hostEvent(event)),
    });
    this.#groups.attach(this.#host);
    this.topology = new Topology({
      ...options,
      self: this.#self,
      host: this.#host,
      groups: this.#groups,
      peers: this.#peers,
      address: ownAddress(environment),
      feed: () => this.#feed,
      router: () => this.#router,
      ownReport: () => this.#ownReport(),
      replaceAfterMs: environment.nodeReplaceAfterMs,
      tell: (group, detail) => this.#gossip.tell('membership-changed', group, detail),
      onError: this.#faults.report,
    });
    this.#readiness = new Readiness(
      this.#groups,
      this.topology,
      () => this.#flusher.stats.lastError,
    );
    this.#flusher = openFlusher({ ...options, groups: this.#groups, host: this.#host });
    const agentIds = () => [...this.#groups.system.agents.keys()];
    this.#deliveries = openDeliveries(environment, agentIds, log);
    this.#router = openRouter({
      ...options,
      self: this.#self,
      locator: this.topology.locator,
      execute: (operation, done) => executeOperation(operation, this.#execution, done),
    });
    this.#feed = new Feed(
      feedPorts({
        groupCount: descriptor.groups,
        groups: this.#groups,
        router: this.#router,
        self: environment.nodeId,
        locator: this.topology.locator,
        mesh,
        onError: this.#faults.report,
      }),
    );
    this.#dispatch = this.#createDispatch();
    this.#reports = new ClusterReports({
      self: environment.nodeId,
      descriptor,
      ownReport: () => this.#ownReport(),
      replicasOf: (group) => this.topology.locator.replicasOf(group),
      stateOf: (number) => this.topology.registry.nodes.get(number)?.state ?? null,
      isConnected: (nodeId) => mesh.isConnected(nodeId),
      wallClockMs: Date.now,
      monotonicMs: () => performance.now(),
    });
    const nodes = {
      self: environment.nodeId,
      descriptor,
      router: this.#router,
      isConnected: (nodeId: string) => mesh.isConnected(nodeId),
    };
    this.#admin = new NodeAdmin({
      ...nodes,
      operations: this.topology.operations,
      reports: this.#reports,
      onError: this.#faults.report,
    });
    this.#gossip = new Gossip({
      nodeId: environment.nodeId,
      mesh,
      log,
      ownReport: () => this.#ownReport(),
      flusherStats: () => this.#flusher.stats,
      reported: (nodeId, report) => {
        this.#reports.receive(nodeId, report);
        this.topology.reported(nodeId, report);
      },
      happened: (event) => this.#admin.publish(event),
      feed: this.#feed,
    });
    this.runtime = new NodeRuntime({
      router: this.#router,
      systemGroup: SYSTEM_GROUP,
      groups: descriptor.groups,
      feed: this.#feed,
      agents: () => this.#groups.system.agents,
      catchUpSystem: () => this.#readiness.catchUpSystem(),
      overload: () => (this.#readiness.isStopping ? 'this node is stopping' : null),
      readiness: () => this.#readiness.state(),
      secrets: options.secrets,
      tests: openTestCaller(environment),
      archive: this.#flusher.archive,
      wallClockMs: Date.now,
      admin: this.#admin,
      deliveries: new NodeDeliveries({
        ...nodes,
        keeper: this.#deliveries,
        retry: (agentId, turn) => this.runtime.retryFailed(agentId, turn),
      }),
      agentStats: (agentId) => agentStats(nodes, agentId),
      metrics,
    });
    this.#parts = {
      metrics,
      host: this.#host,
      groups: this.#groups,
      wal: storage.wal,
      router: this.#router,
      feed: this.#feed,
      dispatch: this.#dispatch,
      flusher: this.#flusher,
      deliveries: this.#deliveries,
      eventLoop: options.eventLoop,
      peersConnected: () => mesh.connected.length,
    };
    observeParts(this.#parts);
    this.#recorder = new NodeRecorder(this.#parts);
    this.#performers = {
      feed: this.#feed,
      dispatch: this.#dispatch,
      deliveries: this.#deliveries.log,
      dispatchFailed: (sessionId, error) => {
        const group = groupOfSession(sessionId);
        if (group !== null && this.#host.isReadyLeader(group))
          this.#gossip.tell('dispatch-failed', group, `${sessionId}: ${error}`);
      },
    };
    this.#execution = this.#executionPorts();
  }

  /** Opens the groups and begins to work. */
  start(): void {
    const { mesh, storage } = this.#options;
    for (const { nodeId } of mesh.connected) this.#reports.connected(nodeId);
    this.topology.start(new Set(storage.recovered.groups.map(({ key }) => key.group)));
    this.#dispatch.start();
    this.#flusher.start();
    this.#deliveries.start();
    this.#gossip.start();
    this.#recorder.start();
    this.#readiness.start(() => this.topology.caughtUp());
  }

  /** A frame from another node. False: malformed, its connection is to be closed. */
  receive(nodeId: string, channel: Exclude<Channel, 'founding'>, frame: Uint8Array): boolean {
    switch (channel) {
      case 'raft':
      case 'snapshot':
        return this.topology.receiveRaft(nodeId, frame);
      case 'request':
        this.#router.remote.handleRequest(nodeId, frame);
        return true;
      case 'response':
        this.#router.remote.handleResponse(nodeId, frame);
        return true;
      case 'cast':
        return this.#gossip.receive(nodeId, frame);
      default:
        return channel satisfies never;
    }
  }

  meshEvent(event: PeerEvent): void {
    switch (event.type) {
      case 'peer-up':
        this.#reports.connected(event.identity.nodeId);
        this.topology.peerUp(event.identity);
        this.#gossip.tell('node-up', null, `${event.identity.nodeId} is connected`);
        return;
      case 'peer-down':
        this.topology.peerDown(event.nodeId);
        this.#router.remote.peerDown(event.nodeId);
        this.#feed.peerDown(event.nodeId);
        this.#gossip.tell('node-down', null, `${event.nodeId}: ${event.reason}`);
        return;
      case 'peer-refused':
        this.#gossip.tell(
          'peer-refused',
          null,
          `${event.nodeId ?? event.address}: ${event.refusal}`,
        );
        return;
      default:
        event satisfies never;
    }
  }

  /** New work is refused from now on, and the node is not ready any more. */
  beginStop(): void {
    this.#readiness.beginStop();
  }

  /** Ends what is under way, hands leaderships over and closes the log; in six seconds. */
  async stop(): Promise<void> {
    this.beginStop();
    this.topology.stop();
    this.#gossip.stop();
    this.#recorder.stop();
    await Promise.all([
      this.#dispatch.stop(STOP_TIMES.answers),
      this.#flusher.stop(STOP_TIMES.flush),
      callsAnswered(this.#router, STOP_TIMES.calls),
    ]);
    await this.#deliveries.stop(STOP_TIMES.deliveries);
    await new Promise<void>((resolve) => this.#host.stop(STOP_TIMES.handOver, resolve));
    this.#feed.close();
    this.#router.close();
  }

  #executionPorts(): ExecutionPorts {
    return {
      ...this.topology.execution,
      self: this.#options.environment.nodeId,
      groups: this.#groups,
      feed: this.#feed,
      archive: this.#flusher.archive,
      dispatch: this.#dispatch,
      flusher: this.#flusher,
      deliveries: this.#deliveries,
      agent: (agentId) => this.#groups.system.agents.get(agentId) ?? null,
      leaderOf: (group: number) => this.topology.locator.leaderOf(group),
      isReadyLeader: (group: number) => this.topology.locator.isReadyHere(group),
      transferLeadership: (group: number, to: number) => this.#host.transferLeadership(group, to),
      snapshotGroup: (group: number) => {
        if (this.topology.locator.holds(group)) this.#host.snapshotGroup(group);
      },
      nodeMetrics: (...asked: Parameters<NodeRecorder['metrics']>) =>
        this.#recorder.metrics(...asked),
      wallClockMs: Date.now,
      onError: this.#faults.report,
    };
  }

  #createDispatch(): DispatchEngine {
    const { environment, secrets, log } = this.#options;
    return openDispatch({
      propose: this.#groups.proposeHere,
      led: (group) => this.#groups.led(group),
      agent: (agentId) => this.#groups.system.agents.get(agentId) ?? null,
      catchUpAgents: () => this.#readiness.catchUpSystem(),
      signingSecrets: (agent) => secrets.signing(agent),
      publishChunk: (chunk) => this.#feed.publishChunk(chunk),
      onAttempt: (report) => this.#deliveries.log.report(report),
      onDecision: (decision) => this.#deliveries.log.decided(decision),
      onError: this.#faults.report,
      environment,
      archive: this.#flusher.archive,
      patchAgent: (agentId, patch) => this.runtime.patchAgent(agentId, patch),
      log,
    });
  }

  async #sealOldSecrets(): Promise<void> {
    if (!(await this.#readiness.catchUpSystem())) return;
    const patch: NodeRuntime['patchAgent'] = (id, fields) => this.runtime.patchAgent(id, fields);
    await sealOldSecrets(this.#groups.system.agents.values(), patch, this.#options.log);
  }

  #hostEvent(event: HostEvent): void {
    if (event.type === 'role-changed' && event.group === SYSTEM_GROUP && event.role === 'leader')
      this.#sealOldSecrets().catch(this.#faults.report);
    const { descriptor, metrics, log, onFatal } = this.#options;
    handleHostEvent(event, {
      groupCount: descriptor.groups,
      router: this.#router,
      feed: this.#feed,
      dispatch: this.#dispatch,
      flusher: this.#flusher,
      gossip: this.#gossip,
      replicas: this.topology.replicas,
      topology: this.topology,
      metrics,
      log,
      reportFault: (error) => this.#faults.handler('raft-callback', error),
      onFatal,
    });
  }

  #ownReport() {
    const { environment, version } = this.#options;
    return ownReport({
      ...this.#parts,
      isServing: (group) => this.topology.locator.holds(group),
      nodeId: environment.nodeId,
      number: this.#self,
      version,
      wallClockMs: Date.now,
      uptimeMs: () => performance.now(),
    });
  }
}
