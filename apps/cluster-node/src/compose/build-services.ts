import { ownAddress, ownDomains } from '../config/environment.ts';
import { feedPorts } from '../control/feed-ports.ts';
import { handleHostEvent } from '../control/host-events.ts';
import { Readiness } from '../control/readiness.ts';
import { ClusterEvents } from '../control/reports/cluster-events.ts';
import { ClusterReports } from '../control/reports/cluster-reports.ts';
import { Gossip } from '../control/reports/gossip.ts';
import { NodeRecorder } from '../control/reports/node-recorder.ts';
import { leastSyncMs, ownReport } from '../control/reports/own-report.ts';
import { Topology } from '../control/topology.ts';
import { FailedRuns } from '../effects/failed-runs.ts';
import { Feed } from '../effects/feed/feed.ts';
import { oneLine } from '../effects/one-line.ts';
import { type Performers, performEffect } from '../effects/perform-effect.ts';
import { AgentBudgets, FeedbackStore, PrivacyStore, UsageStore } from '../effects/records/index.ts';
import { nodeIdOf } from '../membership/cluster-descriptor.ts';
import { isHeld } from '../membership/legal-holds.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { toleranceOf } from '../membership/tolerance.ts';
import type { ExecutionPorts } from '../operations/execution.ts';
import { executeOperation } from '../operations/table.ts';
import { Router } from '../router/router.ts';
import { NodeAdmin } from '../runtime/admin.ts';
import { agentStats } from '../runtime/agent-stats.ts';
import { NodeDeliveries } from '../runtime/deliveries.ts';
import { NodeEvents } from '../runtime/events.ts';
import { NodePrivacy } from '../runtime/privacy.ts';
import { PrivacyWorker } from '../runtime/privacy-worker.ts';
import { NodeRuntime } from '../runtime/runtime.ts';
import { NodeUsage } from '../runtime/usage.ts';
import { buildBlobs } from './build-blobs.ts';
import { observeParts } from './observe.ts';
import {
  buildDeliveries,
  buildDispatch,
  buildEvents,
  buildFlusher,
  buildRecords,
  buildTestCaller,
} from './performers.ts';
import { buildReplication } from './replication.ts';
import type { ServicesOptions } from './services-options.ts';
import { createWires } from './wires.ts';

export type Services = ReturnType<typeof buildServices>;

/** Builds every part of a node that knows its cluster: each from parts that exist. Nothing runs yet. */
export function buildServices(options: ServicesOptions) {
  const { environment, secrets, descriptor, storage, mesh, metrics, faults, log } = options;
  const { nodeId } = environment;
  const wires = createWires();
  const events = new ClusterEvents(faults.report);
  const replication = buildReplication(options, wires);
  const { self, peers, groups, host, directory, replicas, locator } = replication;

  const router = new Router({
    self,
    isGroup: (group) => group < descriptor.groups || group === SYSTEM_GROUP,
    nodeIdOf: (node) => nodeIdOf(descriptor, node),
    isConnected: (name) => mesh.isConnected(name),
    leaderOf: (group) => locator.leaderOf(group),
    replicasOf: (group) => locator.replicasOf(group),
    holds: (group) => locator.holds(group),
    metrics,
    syncMs: () => leastSyncMs(storage.wal),
    monotonicMs: () => performance.now(),
    random: Math.random,
    sendRequest: (name, frame) => mesh.send(name, 'request', frame),
    sendResponse: (name, frame) => mesh.send(name, 'response', frame),
    execute: wires.execute.call,
    log,
  });
  const feed = new Feed(
    feedPorts({
      groupCount: descriptor.groups,
      groups,
      router,
      self: nodeId,
      locator,
      mesh,
      onError: faults.report,
    }),
  );
  const blobs = buildBlobs(options, replication, router);
  const failedRuns = new FailedRuns(Date.now);
  const flusher = buildFlusher(options, replication, failedRuns);
  const deliveries = buildDeliveries(options, replication);
  const conversationEvents = buildEvents(options, replication);
  const records = buildRecords(options);
  const usage = new UsageStore(records);
  const privacy = new PrivacyStore(records);
  const budgets = new AgentBudgets({
    agents: () => groups.system.agents.values(),
    usage,
    wallClockMs: Date.now,
    onError: faults.report,
  });

  const report = () =>
    ownReport({
      host,
      groups,
      wal: storage.wal,
      flusher,
      eventLoop: options.eventLoop,
      isServing: (group) => locator.holds(group),
      nodeId,
      number: self,
      version: options.version,
      wallClockMs: Date.now,
      uptimeMs: () => performance.now(),
    });
  const reports = new ClusterReports({
    self: nodeId,
    descriptor,
    ownReport: report,
    replicasOf: (group) => locator.replicasOf(group),
    stateOf: (number) => groups.system.registry.nodes.get(number)?.state ?? null,
    isConnected: (name) => mesh.isConnected(name),
    tolerance: () => toleranceOf(topology.input()),
    wallClockMs: Date.now,
    monotonicMs: () => performance.now(),
  });
  const gossip = new Gossip({
    nodeId,
    mesh,
    log,
    ownReport: report,
    flusherStats: () => flusher.stats,
    reports,
    directory,
    peers,
    events,
    isReadyLeader: (group) => host.isReadyLeader(group),
    feed,
  });
  const topology = new Topology({
    ...options,
    ...replication,
    router,
    address: ownAddress(environment),
    domains: ownDomains(environment),
    ownReport: report,
    replaceAfterMs: environment.nodeReplaceAfterMs,
    publish: (group, detail) => gossip.publish('membership-changed', group, detail),
    onError: faults.report,
  });
  const readiness = new Readiness(
    groups,
    { locator, replicas, own: () => topology.own },
    () => flusher.stats.lastError,
  );

  const nodes = {
    self: nodeId,
    descriptor,
    router,
    isConnected: (name: string) => mesh.isConnected(name),
  };
  const runtime = new NodeRuntime({
    router,
    groups: descriptor.groups,
    feed,
    agents: () => groups.system.agents,
    catchUpSystem: () => readiness.catchUpSystem(),
    overload: () => (readiness.isStopping ? 'this node is stopping' : null),
    readiness: () => readiness.state(),
    secrets,
    tests: buildTestCaller(options),
    archive: flusher.archive,
    wallClockMs: Date.now,
    admin: new NodeAdmin({ ...nodes, operations: topology.operations, reports, events }),
    deliveries: (retry) => new NodeDeliveries({ ...nodes, recorder: deliveries, retry }),
    events: new NodeEvents({
      engine: conversationEvents,
      secrets,
      wallClockMs: Date.now,
      onFailure: (error) => log.warn({ detail: oneLine(error) }, 'events could not be read'),
    }),
    agentStats: (agentId) => agentStats(nodes, agentId),
    blobs: blobs.service,
    feedback: new FeedbackStore(records),
    usage: new NodeUsage(usage, Date.now),
    privacy: new NodePrivacy({ store: privacy, router, holds: () => groups.system.holds }),
    metrics,
  });
  const privacyWorker = new PrivacyWorker({
    nodeId,
    store: privacy,
    runtime,
    agents: () => groups.system.agents.values(),
    wallClockMs: Date.now,
  });
  const dispatch = buildDispatch(options, replication, {
    flusher,
    feed,
    deliveries,
    blobs: blobs.service,
    catchUpAgents: () => readiness.catchUpSystem(),
    runtime,
  });

  const observed = {
    metrics,
    host,
    groups,
    wal: storage.wal,
    router,
    feed,
    dispatch,
    flusher,
    deliveries,
    conversationEvents,
    failedRuns,
    eventLoop: options.eventLoop,
    peersConnected: () => mesh.connected.length,
    tolerance: () => toleranceOf(topology.input()),
  };
  observeParts(observed);
  const recorder = new NodeRecorder(observed);

  const performers: Performers = {
    feed,
    dispatch,
    deliveries: deliveries.log,
    failedRuns,
    dispatchFailed: (sessionId, error) => gossip.dispatchFailed(sessionId, error),
  };
  wires.effect.connect((effect) => performEffect(effect, performers));
  const execution: ExecutionPorts = {
    ...topology.execution,
    self: nodeId,
    groups,
    feed,
    archive: flusher.archive,
    dispatch,
    flusher,
    deliveries,
    blobs,
    agent: (agentId) => groups.system.agents.get(agentId) ?? null,
    budgetRefusal: (agent) => budgets.refusal(agent),
    isHeld: (userId) => isHeld(groups.system.holds, userId),
    leaderOf: (group) => locator.leaderOf(group),
    isReadyLeader: (group) => locator.isReadyHere(group),
    transferLeadership: (group, to) => host.transferLeadership(group, to),
    snapshotGroup: (group) => replicas.snapshot(group),
    nodeMetrics: (range, afterMs) => recorder.metrics(range, afterMs),
    wallClockMs: Date.now,
    onError: faults.report,
  };
  wires.execute.connect((operation, done) => {
    if (operation.type === 'change-group') gossip.groupsChanged();
    executeOperation(operation, execution, done);
  });
  wires.systemChanged.connect(() => topology.systemChanged());
  wires.servingChanged.connect((group, isServing) => {
    gossip.groupsChanged();
    if (isServing) feed.groupGained(group);
    else feed.groupLost(group);
    if (isServing) blobs.sweeper.groupGained();
  });
  wires.hostEvent.connect((event) =>
    handleHostEvent(event, {
      groupCount: descriptor.groups,
      router,
      feed,
      dispatch,
      flusher,
      gossip,
      replicas,
      topology,
      metrics,
      log,
      reportFault: (error) => faults.handler('raft-callback', error),
      onFatal: options.onFatal,
    }),
  );
  return {
    ...{ runtime, topology, router, feed, dispatch, flusher, deliveries, blobs },
    ...{ records, budgets, privacyWorker, conversationEvents },
    ...{ reports, gossip, readiness, recorder, host },
  };
}
