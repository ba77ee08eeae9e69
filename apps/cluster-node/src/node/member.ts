import { randomInt } from 'node:crypto';
import { getSession, inboxChanges } from '@fleetlm/conversation';
import { groupOfSession, groupOfUser } from '@fleetlm/protocol';
import { createRaftHost, type HostEvent, nodeClock, type RaftHost } from '@fleetlm/raft/host';
import type { Channel, Mesh, MeshEvent } from '@fleetlm/raft/mesh';
import { crc32c, type WalFailure } from '@fleetlm/raft/wal';
import { v7 } from 'uuid';
import type { Environment } from '../config/environment.ts';
import { createDispatchEngine, type DispatchEngine } from '../effects/dispatch/index.ts';
import { Feed } from '../effects/feed/feed.ts';
import { createFlusher, type Flusher } from '../effects/flusher/index.ts';
import { performEffect } from '../effects/perform-effect.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import { Groups } from '../groups/groups.ts';
import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import { type Placement, placementOf, SYSTEM_GROUP } from '../membership/placement.ts';
import { executeOperation } from '../router/execute-operation.ts';
import type { CallOutcome } from '../router/operations.ts';
import { Router } from '../router/router.ts';
import { NodeAdmin } from '../runtime/admin.ts';
import { ClusterReports } from '../runtime/cluster-reports.ts';
import type { ClusterEvent, ClusterEventKind } from '../runtime/cluster-view.ts';
import { decodeEvent, decodeReport, encodeEvent, encodeReport } from '../runtime/node-report.ts';
import { NodeRuntime } from '../runtime/runtime.ts';
import type { EventLoopDelay } from '../telemetry/event-loop-delay.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { agentHistory } from './agent-history.ts';
import { type CastKind, encodeCast, openCast } from './casts.ts';
import { observeParts } from './observe.ts';
import { ownReport } from './own-report.ts';
import type { Storage } from './storage.ts';

export interface MemberOptions {
  readonly environment: Environment;
  readonly descriptor: ClusterDescriptor;
  readonly storage: Storage;
  readonly mesh: Mesh;
  readonly metrics: Metrics;
  readonly eventLoop: EventLoopDelay;
  readonly log: Logger;
  readonly version: string;
  /** The log is damaged or can't be written: the process must end with code 70. */
  readonly onFatal: (
    failure: WalFailure | { readonly kind: 'invariant'; readonly detail: string },
  ) => void;
}

const REPORT_EVERY_MS = 1_000;
const READ_SYSTEM_EVERY_MS = 50;
/** Running answers get this long to end before the next leader takes them up. */
const ANSWERS_GRACE_MS = 1_500;
const FLUSH_GRACE_MS = 1_500;
const HAND_OVER_MS = 2_500;
/** Operations under way get this long to be answered. */
const CALLS_GRACE_MS = 1_000;

/** A node that knows its cluster: every part of the engine, wired. Here, and only here, data goes back up. */
export class Member {
  readonly runtime: NodeRuntime;
  readonly #options: MemberOptions;
  readonly #self: number;
  readonly #placement: Placement;
  readonly #host: RaftHost<GroupReply>;
  readonly #groups: Groups;
  readonly #feed: Feed;
  readonly #dispatch: DispatchEngine;
  readonly #flusher: Flusher;
  readonly #router: Router;
  readonly #reports: ClusterReports;
  readonly #admin: NodeAdmin;
  #timer: NodeJS.Timeout | null = null;
  #databaseWasUp: boolean | null = null;
  #systemCaughtUp = false;
  #stopping = false;

  constructor(options: MemberOptions) {
    const { environment, descriptor, storage, mesh, metrics, log } = options;
    this.#options = options;
    this.#self = numberOf(descriptor, environment.nodeId);
    this.#placement = placementOf(descriptor);
    this.#groups = new Groups({
      self: this.#self,
      groups: descriptor.groups,
      placement: this.#placement,
      perform: (effect) => {
        performEffect(effect, this.#performers);
        if (effect.type === 'dispatch-changed' && effect.dispatch.status === 'failed')
          this.#dispatchFailed(effect.sessionId, effect.dispatch.error);
      },
      systemChanged: () => undefined,
    });
    this.#host = createRaftHost<GroupReply>({
      nodeNumber: this.#self,
      clock: nodeClock,
      transport: {
        send: (peer, frame, lane) => mesh.send(nodeIdOf(descriptor, peer) ?? '', lane, frame),
      },
      wal: storage.wal,
      recovered: storage.recovered,
      snapshots: storage.snapshots,
      random: (bound) => randomInt(bound),
      crc32c,
      onEvent: (event) => this.#hostEvent(event),
    });
    this.#flusher = createFlusher({
      propose: this.#groups.proposeHere,
      ledGroups: () => this.#groups.ledGroups(),
      wallClockMs: Date.now,
      databaseUrl: environment.databaseUrl,
      flushIntervalMs: environment.flushIntervalMs,
      onConflict: (conflict) =>
        log.error(conflict, 'flusher: Postgres holds another message under this number'),
    });
    this.#router = this.#createRouter();
    this.#feed = this.#createFeed();
    this.#dispatch = this.#createDispatch();
    this.#reports = new ClusterReports({
      self: environment.nodeId,
      descriptor,
      ownReport: () => this.#ownReport(),
      replicasOf: (group) => this.#placement.replicasOf(group),
      isConnected: (nodeId) => mesh.isConnected(nodeId),
      wallClockMs: Date.now,
      monotonicMs: () => performance.now(),
    });
    this.#admin = new NodeAdmin({
      self: environment.nodeId,
      descriptor,
      systemGroup: SYSTEM_GROUP,
      router: this.#router,
      reports: this.#reports,
      isConnected: (nodeId) => mesh.isConnected(nodeId),
      onError: (error) => this.#fault(error),
    });
    this.runtime = new NodeRuntime({
      router: this.#router,
      systemGroup: SYSTEM_GROUP,
      groups: descriptor.groups,
      feed: this.#feed,
      agents: () => this.#groups.system.agents,
      catchUpSystem: () => this.#catchUpSystem(),
      overload: () => (this.#stopping ? 'this node is stopping' : null),
      readiness: () => this.#readiness(),
      admin: this.#admin,
      metrics,
    });
    observeParts({
      metrics,
      host: this.#host,
      groups: this.#groups,
      wal: storage.wal,
      router: this.#router,
      feed: this.#feed,
      dispatch: this.#dispatch,
      flusher: this.#flusher,
      eventLoop: options.eventLoop,
      peersConnected: () => mesh.connected.length,
    });
  }

  /** Opens the groups and begins to work. */
  start(): void {
    const { mesh } = this.#options;
    this.#groups.open(this.#host);
    for (const { nodeId } of mesh.connected) this.#peerUp(nodeId);
    this.#dispatch.start();
    this.#flusher.start();
    this.#timer = setInterval(() => this.#report(), REPORT_EVERY_MS);
    this.#readSystem();
  }

  /** Until it has been read once; a restart must not serve the registrations of yesterday. */
  #readSystem(): void {
    void this.#catchUpSystem().then((isCaughtUp) => {
      if (!isCaughtUp && !this.#stopping)
        setTimeout(() => this.#readSystem(), READ_SYSTEM_EVERY_MS);
    });
  }

  /** A frame from another node. False: malformed, its connection is to be closed. */
  receive(nodeId: string, channel: Exclude<Channel, 'founding'>, frame: Uint8Array): boolean {
    switch (channel) {
      case 'raft':
      case 'snapshot':
        return this.#host.receive(numberOf(this.#options.descriptor, nodeId), frame);
      case 'request':
        this.#router.remote.handleRequest(nodeId, frame);
        return true;
      case 'response':
        this.#router.remote.handleResponse(nodeId, frame);
        return true;
      case 'cast':
        return this.#receiveCast(nodeId, frame);
      default:
        return channel satisfies never;
    }
  }

  meshEvent(event: MeshEvent): void {
    switch (event.type) {
      case 'peer-up':
        this.#peerUp(event.identity.nodeId);
        this.#tell('node-up', null, `${event.identity.nodeId} is connected`);
        return;
      case 'peer-down':
        this.#host.peerDown(numberOf(this.#options.descriptor, event.nodeId));
        this.#router.remote.peerDown(event.nodeId);
        this.#tell('node-down', null, `${event.nodeId}: ${event.reason}`);
        return;
      case 'peer-refused':
        this.#tell('peer-refused', null, `${event.nodeId ?? event.address}: ${event.refusal}`);
        return;
      default:
        event satisfies never;
    }
  }

  /** New work is refused from now on, and the node is not ready any more. */
  beginStop(): void {
    this.#stopping = true;
  }

  /** Ends what is under way, hands leaderships over and closes the log. At most about six seconds. */
  async stop(): Promise<void> {
    this.beginStop();
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all([
      this.#dispatch.stop(ANSWERS_GRACE_MS),
      this.#flusher.stop(FLUSH_GRACE_MS),
      this.#callsAnswered(),
    ]);
    await new Promise<void>((resolve) => this.#host.stop(HAND_OVER_MS, resolve));
    this.#router.close();
  }

  async #callsAnswered(): Promise<void> {
    const until = performance.now() + CALLS_GRACE_MS;
    while (this.#router.inFlight > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  // --- wiring --------------------------------------------------------------------------------------

  get #performers() {
    return {
      feed: this.#feed,
      dispatch: this.#dispatch,
      isDueHere: this.#isDueHere,
    };
  }

  readonly #isDueHere: Parameters<typeof performEffect>[1]['isDueHere'] = (sessionId, dispatch) => {
    if (dispatch.status !== 'waiting' || dispatch.dueAtMs > Date.now()) return false;
    const group = groupOfSession(sessionId);
    return group !== null && this.#host.isReadyLeader(group);
  };

  #createRouter(): Router {
    const { descriptor, mesh, metrics, log } = this.#options;
    return new Router({
      self: this.#self,
      nodeIdOf: (node) => nodeIdOf(descriptor, node),
      isConnected: (nodeId) => mesh.isConnected(nodeId),
      leaderOf: this.#leaderOf,
      replicasOf: (group) => this.#placement.replicasOf(group),
      metrics,
      monotonicMs: () => performance.now(),
      random: Math.random,
      sendRequest: (nodeId, frame) => mesh.send(nodeId, 'request', frame),
      sendResponse: (nodeId, frame) => mesh.send(nodeId, 'response', frame),
      execute: (operation, done) => executeOperation(operation, this.#execution, done),
      log,
    });
  }

  get #execution() {
    return {
      groups: this.#groups,
      archive: this.#flusher.archive,
      dispatch: this.#dispatch,
      flusher: this.#flusher,
      agent: this.#agent,
      leaderOf: this.#leaderOf,
      isReadyLeader: (group: number) => this.#holds(group) && this.#host.isReadyLeader(group),
      transferLeadership: (group: number, to: number) => this.#host.transferLeadership(group, to),
      snapshotGroup: (group: number) => {
        if (this.#holds(group)) this.#host.snapshotGroup(group);
      },
      wallClockMs: Date.now,
      onError: (error: unknown) => this.#fault(error),
    };
  }

  #createFeed(): Feed {
    const { descriptor } = this.#options;
    return new Feed({
      inboxChanges: (userId, sinceVersion) => {
        const state = this.#groups.state(groupOfUser(userId, descriptor.groups));
        return state === null ? null : inboxChanges(state, userId, sinceVersion);
      },
      dispatchOf: (sessionId) => {
        const state = this.#groups.state(groupOfSession(sessionId) ?? -1);
        return (state === null ? null : getSession(state, sessionId))?.dispatch ?? null;
      },
      fetch: async (sessionId) => {
        const group = groupOfSession(sessionId);
        if (group === null) return null;
        const outcome = await new Promise<CallOutcome>((resolve) =>
          this.#router.call(group, 'leader', { type: 'live-answer', sessionId }, resolve),
        );
        return outcome.status === 'done' && outcome.result.type === 'live-answer'
          ? outcome.result.answer
          : null;
      },
      castChunk: (frame) => this.#castAll('chunk', frame),
      monotonicMs: () => performance.now(),
      onError: (error) => this.#fault(error),
    });
  }

  #createDispatch(): DispatchEngine {
    const { environment, log } = this.#options;
    return createDispatchEngine({
      propose: this.#groups.proposeHere,
      ledGroups: () => this.#groups.ledGroups(),
      agent: this.#agent,
      disableAgent: async (agentId) => {
        const result = await this.runtime.patchAgent(agentId, { status: 'disabled' });
        if (!result.ok)
          log.warn({ agent: agentId, ...result.error }, 'an agent could not be disabled');
      },
      publishChunk: (chunk) => this.#feed.publishChunk(chunk),
      history: (session, mode, limit) => agentHistory(session, mode, limit, this.#flusher.archive),
      wallClockMs: Date.now,
      newMessageId: v7,
      allowPrivateAddresses: environment.webhookAllowPrivate,
      onError: (error) => this.#fault(error),
    });
  }

  readonly #agent = (agentId: string) => this.#groups.system.agents.get(agentId) ?? null;

  /** 0: nobody as far as this node knows, or it has no replica that would know. */
  readonly #leaderOf = (group: number): number =>
    this.#holds(group) ? this.#host.leaderOf(group) : 0;

  #holds(group: number): boolean {
    return group < this.#options.descriptor.groups || group === SYSTEM_GROUP
      ? this.#placement.replicasOf(group).includes(this.#self)
      : false;
  }

  // --- what happens --------------------------------------------------------------------------------

  #hostEvent(event: HostEvent): void {
    const { log, onFatal } = this.#options;
    switch (event.type) {
      case 'role-changed':
        this.#router.leaderChanged(event.group, event.leader);
        if (event.role === 'leader')
          this.#tell('leader-elected', event.group, `leads in term ${event.term}`);
        else this.#dispatch.leadershipLost(event.group);
        return;
      case 'snapshot-saved':
        this.#tell('snapshot-saved', event.group, `up to ${event.index}, ${event.bytes} bytes`);
        return;
      case 'snapshot-installed':
        this.#snapshotInstalled(event.group, event.index);
        return;
      case 'group-failed':
        log.error(event, 'raft: this replica stands still');
        return;
      case 'disk-full':
        log.error(event, event.full ? 'no space is left on the disk' : 'there is space again');
        return;
      case 'fatal':
        onFatal(event.failure);
        return;
      default:
        event satisfies never;
    }
  }

  #snapshotInstalled(group: number, index: number): void {
    const { groups } = this.#options.descriptor;
    this.#feed.resync(
      {
        session: (sessionId) => groupOfSession(sessionId) === group,
        user: (userId) => groupOfUser(userId, groups) === group,
      },
      'this node was brought up to date with a snapshot',
    );
    this.#tell('snapshot-installed', group, `up to ${index}`);
  }

  #dispatchFailed(sessionId: string, error: string): void {
    const group = groupOfSession(sessionId);
    if (group !== null && this.#host.isReadyLeader(group))
      this.#tell('dispatch-failed', group, `${sessionId}: ${error}`);
  }

  #peerUp(nodeId: string): void {
    this.#reports.connected(nodeId);
    this.#host.peerUp(numberOf(this.#options.descriptor, nodeId));
  }

  // --- reports -------------------------------------------------------------------------------------

  #ownReport() {
    const { environment, version, storage, eventLoop } = this.#options;
    return ownReport({
      nodeId: environment.nodeId,
      number: this.#self,
      version,
      host: this.#host,
      groups: this.#groups,
      wal: storage.wal,
      flusher: this.#flusher,
      eventLoop,
      wallClockMs: Date.now,
      uptimeMs: () => performance.now(),
    });
  }

  #report(): void {
    this.#castAll('report', encodeReport(this.#ownReport()));
    const { databaseUp, passes, failures, lastError } = this.#flusher.stats;
    if (passes + failures === 0 || databaseUp === this.#databaseWasUp) return;
    if (!databaseUp) this.#tell('flush-failed', null, lastError ?? 'Postgres can not be reached');
    else if (this.#databaseWasUp !== null) this.#tell('flush-recovered', null, 'Postgres is back');
    this.#databaseWasUp = databaseUp;
  }

  #tell(kind: ClusterEventKind, group: number | null, detail: string): void {
    const { nodeId } = this.#options.environment;
    const event: ClusterEvent = { atMs: Date.now(), nodeId, kind, group, detail };
    // Elections come by the hundred when a node starts or dies.
    const level = kind === 'leader-elected' ? 'debug' : 'info';
    this.#options.log[level]({ event: kind, group, detail }, 'cluster event');
    this.#admin.publish(event);
    this.#castAll('event', encodeEvent(event));
  }

  #castAll(kind: CastKind, body: Uint8Array): void {
    const { mesh } = this.#options;
    const { connected } = mesh;
    if (connected.length === 0) return;
    const frame = encodeCast(kind, body);
    for (const { nodeId } of connected) mesh.send(nodeId, 'cast', frame);
  }

  #receiveCast(nodeId: string, frame: Uint8Array): boolean {
    const cast = openCast(frame);
    if (cast === null) return false;
    switch (cast.kind) {
      case 'chunk':
        return this.#feed.receiveChunk(cast.body);
      case 'report': {
        const report = decodeReport(cast.body);
        if (report !== null) this.#reports.receive(nodeId, report);
        return report !== null;
      }
      case 'event': {
        const event = decodeEvent(cast.body);
        if (event !== null) this.#admin.publish(event);
        return event !== null;
      }
      default:
        return cast.kind satisfies never;
    }
  }

  // --- readiness -----------------------------------------------------------------------------------

  #catchUpSystem(): Promise<boolean> {
    return new Promise((resolve) =>
      this.#groups.read(SYSTEM_GROUP, ({ status }) => {
        if (status === 'ok') this.#systemCaughtUp = true;
        resolve(status === 'ok');
      }),
    );
  }

  #readiness(): { readonly ready: boolean; readonly reasons: readonly string[] } {
    const reasons: string[] = [];
    if (this.#stopping) reasons.push('this node is stopping');
    let leaderless = 0;
    for (const group of this.#groups.hosted) if (!this.#hasLeader(group)) leaderless += 1;
    if (leaderless > 0) reasons.push(`${leaderless} groups have no leader in contact`);
    if (!this.#hasLeader(SYSTEM_GROUP)) reasons.push('the system group has no leader in contact');
    else if (!this.#systemCaughtUp) reasons.push('the registrations of agents are not read yet');
    return { ready: reasons.length === 0, reasons };
  }

  #hasLeader(group: number): boolean {
    const { descriptor, mesh } = this.#options;
    const leader = this.#leaderOf(group);
    if (leader === this.#self) return this.#host.isReadyLeader(group);
    const nodeId = nodeIdOf(descriptor, leader);
    return nodeId !== null && mesh.isConnected(nodeId);
  }

  #fault(error: unknown): void {
    this.#options.log.error({ err: error }, 'a fault that should not happen');
  }
}

function nodeIdOf({ nodes }: ClusterDescriptor, number: number): string | null {
  return nodes.find((node) => node.number === number)?.nodeId ?? null;
}

function numberOf({ nodes }: ClusterDescriptor, nodeId: string): number {
  const member = nodes.find((node) => node.nodeId === nodeId);
  if (member === undefined) throw new RangeError(`${nodeId} is no node of this cluster`);
  return member.number;
}
