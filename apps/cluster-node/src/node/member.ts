import { groupOfSession } from '@fleetlm/protocol';
import type { HostEvent, RaftHost } from '@fleetlm/raft/host';
import type { Channel, Mesh, PeerEvent } from '@fleetlm/raft/mesh';
import { type Environment, ownAddress } from '../config/environment.ts';
import type { DeliveryKeeper } from '../effects/deliveries/index.ts';
import type { DispatchEngine } from '../effects/dispatch/index.ts';
import { Feed } from '../effects/feed/feed.ts';
import type { Flusher } from '../effects/flusher/index.ts';
import { type Performers, performEffect } from '../effects/perform-effect.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import { Groups } from '../groups/groups.ts';
import { SpillFile } from '../groups/spill-file.ts';
import type { AgentSecrets } from '../membership/agent-secrets.ts';
import { type LiveDescriptor, ownNumber } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { executeOperation } from '../router/execute-operation.ts';
import type { ExecutionPorts } from '../router/execution.ts';
import type { Router } from '../router/router.ts';
import { NodeAdmin } from '../runtime/admin.ts';
import { agentStats } from '../runtime/agent-stats.ts';
import { ClusterReports } from '../runtime/cluster-reports.ts';
import { NodeDeliveries } from '../runtime/deliveries.ts';
import { NodeRuntime } from '../runtime/runtime.ts';
import type { EventLoopDelay } from '../telemetry/event-loop-delay.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { callsAnswered } from './calls-answered.ts';
import { ClusterNews } from './cluster-news.ts';
import { ClusterShape, type ClusterShapeOptions } from './cluster-shape.ts';
import type { Faults } from './faults.ts';
import { feedPorts } from './feed-ports.ts';
import { type FatalFailure, handleHostEvent } from './host-events.ts';
import type { Leaders } from './leaders.ts';
import { NodeRecorder } from './node-recorder.ts';
import { type ObservedParts, observeParts } from './observe.ts';
import { openDeliveries } from './open-deliveries.ts';
import { openDispatch, openTestCaller } from './open-dispatch.ts';
import { openFlusher } from './open-flusher.ts';
import { openHost } from './open-host.ts';
import { openRouter } from './open-router.ts';
import { ownReport } from './own-report.ts';
import { PeerNumbers } from './peer-numbers.ts';
import { Readiness } from './readiness.ts';
import { sealOldSecrets } from './seal-old-secrets.ts';
import type { Storage } from './storage.ts';

export interface MemberOptions {
  readonly environment: Environment;
  readonly secrets: AgentSecrets;
  readonly descriptor: LiveDescriptor;
  readonly directory: ClusterShapeOptions['directory'];
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

/** What is under way gets this long when the node stops. */
const ANSWERS_GRACE_MS = 1_500;
const FLUSH_GRACE_MS = 1_500;
const DELIVERIES_GRACE_MS = 750;
const HAND_OVER_MS = 2_500;
const CALLS_GRACE_MS = 1_000;

/** A node that knows its cluster: every part of the engine, wired. Here, and only here, data goes back up. */
export class Member {
  readonly runtime: NodeRuntime;
  readonly shape: ClusterShape;
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
  readonly #news: ClusterNews;
  readonly #recorder: NodeRecorder;
  readonly #parts: ObservedParts;
  readonly #leaders: Leaders;
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
      systemChanged: () => this.shape.systemChanged(),
    });
    this.#host = openHost({
      ...options,
      self: this.#self,
      peers: this.#peers,
      onEvent: guarded('raft-event', (event) => this.#hostEvent(event)),
    });
    this.#groups.attach(this.#host);
    this.shape = new ClusterShape({
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
      tell: (group, detail) => this.#news.tell('membership-changed', group, detail),
      onError: this.#faults.report,
    });
    this.#leaders = this.shape.leaders;
    this.#readiness = new Readiness(this.#groups, this.shape, () => this.#flusher.stats.lastError);
    this.#flusher = openFlusher({ ...options, groups: this.#groups, host: this.#host });
    const agentIds = () => [...this.#groups.system.agents.keys()];
    this.#deliveries = openDeliveries(environment, agentIds, log);
    this.#router = openRouter({
      ...options,
      self: this.#self,
      leaders: this.#leaders,
      execute: (operation, done) => executeOperation(operation, this.#execution, done),
    });
    this.#feed = new Feed(
      feedPorts({
        groupCount: descriptor.groups,
        groups: this.#groups,
        router: this.#router,
        self: environment.nodeId,
        leaders: this.#leaders,
        mesh,
        onError: this.#faults.report,
      }),
    );
    this.#dispatch = this.#createDispatch();
    this.#reports = new ClusterReports({
      self: environment.nodeId,
      descriptor,
      ownReport: () => this.#ownReport(),
      replicasOf: (group) => this.#leaders.replicasOf(group),
      stateOf: (number) => this.shape.registry.nodes.get(number)?.state ?? null,
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
      operations: this.shape.operations,
      reports: this.#reports,
      onError: this.#faults.report,
    });
    this.#news = new ClusterNews({
      nodeId: environment.nodeId,
      mesh,
      log,
      ownReport: () => this.#ownReport(),
      flusherStats: () => this.#flusher.stats,
      reported: (nodeId, report) => {
        this.#reports.receive(nodeId, report);
        this.shape.reported(nodeId, report);
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
          this.#news.tell('dispatch-failed', group, `${sessionId}: ${error}`);
      },
    };
    this.#execution = this.#executionPorts();
  }

  /** Opens the groups and begins to work. */
  start(): void {
    const { mesh, storage } = this.#options;
    for (const { nodeId } of mesh.connected) this.#reports.connected(nodeId);
    this.shape.start(new Set(storage.recovered.groups.map(({ key }) => key.group)));
    this.#dispatch.start();
    this.#flusher.start();
    this.#deliveries.start();
    this.#news.start();
    this.#recorder.start();
    this.#readiness.start(() => this.shape.caughtUp());
  }

  /** A frame from another node. False: malformed, its connection is to be closed. */
  receive(nodeId: string, channel: Exclude<Channel, 'founding'>, frame: Uint8Array): boolean {
    switch (channel) {
      case 'raft':
      case 'snapshot':
        return this.shape.receiveRaft(nodeId, frame);
      case 'request':
        this.#router.remote.handleRequest(nodeId, frame);
        return true;
      case 'response':
        this.#router.remote.handleResponse(nodeId, frame);
        return true;
      case 'cast':
        return this.#news.receive(nodeId, frame);
      default:
        return channel satisfies never;
    }
  }

  meshEvent(event: PeerEvent): void {
    switch (event.type) {
      case 'peer-up':
        this.#reports.connected(event.identity.nodeId);
        this.shape.peerUp(event.identity);
        this.#news.tell('node-up', null, `${event.identity.nodeId} is connected`);
        return;
      case 'peer-down':
        this.shape.peerDown(event.nodeId);
        this.#router.remote.peerDown(event.nodeId);
        this.#feed.peerDown(event.nodeId);
        this.#news.tell('node-down', null, `${event.nodeId}: ${event.reason}`);
        return;
      case 'peer-refused':
        this.#news.tell('peer-refused', null, `${event.nodeId ?? event.address}: ${event.refusal}`);
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
    this.shape.stop();
    this.#news.stop();
    this.#recorder.stop();
    await Promise.all([
      this.#dispatch.stop(ANSWERS_GRACE_MS),
      this.#flusher.stop(FLUSH_GRACE_MS),
      callsAnswered(this.#router, CALLS_GRACE_MS),
    ]);
    await this.#deliveries.stop(DELIVERIES_GRACE_MS);
    await new Promise<void>((resolve) => this.#host.stop(HAND_OVER_MS, resolve));
    this.#feed.close();
    this.#router.close();
  }

  #executionPorts(): ExecutionPorts {
    return {
      ...this.shape.execution,
      self: this.#options.environment.nodeId,
      groups: this.#groups,
      feed: this.#feed,
      archive: this.#flusher.archive,
      dispatch: this.#dispatch,
      flusher: this.#flusher,
      deliveries: this.#deliveries,
      agent: (agentId) => this.#groups.system.agents.get(agentId) ?? null,
      leaderOf: (group: number) => this.#leaders.leaderOf(group),
      isReadyLeader: (group: number) => this.#leaders.isReadyHere(group),
      transferLeadership: (group: number, to: number) => this.#host.transferLeadership(group, to),
      snapshotGroup: (group: number) => {
        if (this.#leaders.holds(group)) this.#host.snapshotGroup(group);
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
      news: this.#news,
      replicas: this.shape.replicas,
      shape: this.shape,
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
      isServing: (group) => this.#leaders.holds(group),
      nodeId: environment.nodeId,
      number: this.#self,
      version,
      wallClockMs: Date.now,
      uptimeMs: () => performance.now(),
    });
  }
}
