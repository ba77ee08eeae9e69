import { ulid } from 'ulid';
import type { BlobService } from '../blobs/blob-service.ts';
import { withLinks } from '../blobs/message-links.ts';
import { snapshotSources } from '../control/snapshot-sources.ts';
import { DeliveryRecorder } from '../effects/deliveries/index.ts';
import {
  createDispatchEngine,
  DISPATCH_LIMITS,
  type DispatchEngine,
  TestCaller,
  threadHistory,
  throughSeqOf,
} from '../effects/dispatch/index.ts';
import { EventEngine } from '../effects/events/index.ts';
import type { FailedRuns } from '../effects/failed-runs.ts';
import type { Feed } from '../effects/feed/feed.ts';
import { createFlusher, type Flusher } from '../effects/flusher/index.ts';
import { oneLine } from '../effects/one-line.ts';
import { RecordDatabase } from '../effects/records/index.ts';
import { readPage } from '../groups/message-pages.ts';
import { encodeDescriptor } from '../membership/cluster-descriptor.ts';
import { subscriptionSecrets } from '../runtime/events.ts';
import type { Runtime } from '../runtime/runtime-api.ts';
import { atMostEvery } from '../telemetry/at-most-every.ts';
import { newUuid } from '../uuid.ts';
import type { Replication } from './replication.ts';
import type { ServicesOptions } from './services-options.ts';

const FAILURE_LOG_INTERVAL_MS = 10_000;

export function buildFlusher(
  { environment, descriptor, metrics, log }: ServicesOptions,
  { groups, host }: Replication,
  failedRuns: FailedRuns,
): Flusher {
  return createFlusher({
    failedRuns,
    onEventsRefused: (error, events) =>
      log.error({ events, detail: oneLine(error) }, 'events: Postgres does not take them'),
    clusterId: descriptor.clusterId,
    descriptor: () => JSON.stringify(encodeDescriptor(descriptor)),
    propose: groups.proposeHere,
    ledGroups: () => groups.ledGroups(),
    snapshots: snapshotSources(groups, host),
    eviction: {
      sessionIdleMs: environment.sessionIdleMs,
      hotSessionsMax: environment.hotSessionsMax,
      hotBytesMax: environment.hotBytesMax,
      hot: () => groups.inMemory(),
    },
    onStale: (sessionId, detail) => {
      metrics.faults.inc({ kind: 'archive-gap' });
      log.error({ sessionId, detail }, 'archive: session cannot be hydrated');
    },
    wallClockMs: Date.now,
    databaseUrl: environment.databaseUrl,
    flushIntervalMs: environment.flushIntervalMs,
    // While Postgres is unreachable every read fails.
    onFailure: atMostEvery(FAILURE_LOG_INTERVAL_MS, (error: unknown) =>
      log.warn({ detail: oneLine(error) }, 'archive: query failed'),
    ),
    onConflict: (conflict) => log.error(conflict, 'flusher: session conflicts with Postgres'),
    onGap: (gap) => {
      metrics.faults.inc({ kind: 'archive-gap' });
      log.error(gap, 'flusher: restored Postgres lacks messages that no node holds');
    },
  });
}

/** Delivers events to the backends of products. */
export function buildEvents(
  { environment, secrets, log }: ServicesOptions,
  { groups }: Replication,
): EventEngine {
  return new EventEngine({
    databaseUrl: environment.databaseUrl,
    ledGroups: () => groups.ledGroups(),
    signingSecrets: (subscription) => subscriptionSecrets(secrets, subscription),
    allowPrivateAddresses: environment.webhookAllowPrivate,
    wallClockMs: Date.now,
    random: Math.random,
    // While Postgres is unreachable every pass fails.
    onFailure: atMostEvery(FAILURE_LOG_INTERVAL_MS, (error: unknown) =>
      log.warn({ detail: oneLine(error) }, 'events: Postgres did not do what it was asked'),
    ),
    onDisabled: (subscription, reason) =>
      log.warn({ subscription, reason }, 'events: a subscription was disabled'),
  });
}

/** The record of calls to agents of this node. */
export function buildDeliveries(
  { environment, log }: ServicesOptions,
  { groups }: Replication,
): DeliveryRecorder {
  return new DeliveryRecorder({
    nodeId: environment.nodeId,
    databaseUrl: environment.databaseUrl,
    wallClockMs: Date.now,
    agentIds: () => [...groups.system.agents.keys()],
    onTurn: (error) => {
      if (error === null) log.info('deliveries: writing to Postgres resumed');
      else log.warn({ detail: oneLine(error) }, 'deliveries: writing to Postgres paused');
    },
    onRefused: (error) =>
      log.error({ detail: oneLine(error) }, 'deliveries: row refused by Postgres'),
    onReadError: (error) => log.warn({ detail: oneLine(error) }, 'deliveries: query failed'),
  });
}

/** Usage and feedback, as Postgres has them. */
export function buildRecords({ environment, log }: ServicesOptions): RecordDatabase {
  return new RecordDatabase({
    databaseUrl: environment.databaseUrl,
    onFailure: atMostEvery(FAILURE_LOG_INTERVAL_MS, (error: unknown) =>
      log.warn({ detail: oneLine(error) }, 'records: Postgres did not do what it was asked'),
    ),
  });
}

export interface DispatchParts {
  readonly flusher: Flusher;
  readonly feed: Feed;
  readonly deliveries: DeliveryRecorder;
  readonly blobs: Pick<BlobService, 'agentFiles'>;
  readonly catchUpAgents: () => Promise<boolean>;
  readonly runtime: Pick<Runtime, 'patchAgent'>;
}

/** Calls agents for the groups that this node leads. */
export function buildDispatch(
  { environment, secrets, faults, log }: ServicesOptions,
  { groups, host }: Replication,
  { flusher, feed, deliveries, blobs, catchUpAgents, runtime }: DispatchParts,
): DispatchEngine {
  return createDispatchEngine({
    propose: groups.proposeHere,
    led: (group) => groups.led(group),
    agent: (agentId) => groups.system.agents.get(agentId) ?? null,
    catchUpAgents,
    signingSecrets: (agent) => secrets.signing(agent),
    withKey: (agent) => secrets.withKey(agent),
    publishChunk: (chunk) => feed.publishChunk(chunk),
    onAttempt: (report) => deliveries.log.report(report),
    onDecision: (decision) => deliveries.log.decided(decision),
    onError: faults.report,
    busyChanged: (group, isBusy) => host.setBusy(group, isBusy),
    disableAgent: async (agentId) => {
      const result = await runtime.patchAgent(agentId, { status: 'disabled' });
      if (!result.ok)
        log.warn({ agent: agentId, ...result.error }, 'dispatch: disabling an agent failed');
    },
    onBreaker: (agentId, state) =>
      log.warn({ agent: agentId }, `dispatch: circuit breaker ${state}`),
    random: Math.random,
    limits: DISPATCH_LIMITS,
    history: async (session, settings) => {
      const history = await threadHistory(
        throughSeqOf(session),
        settings,
        async (beforeSeq, size) => {
          const page = await readPage(session, { beforeSeq, limit: size }, flusher.archive);
          return page.messages;
        },
      );
      // An OpenAI-compatible server takes pictures by their bytes: few of them read from addresses.
      const needsBytes =
        groups.system.agents.get(session.agentId)?.adapter?.startsWith('openai-') === true;
      const files = blobs.agentFiles(session, needsBytes);
      return { ...history, messages: await withLinks(history.messages, files) };
    },
    wallClockMs: Date.now,
    newMessageId: newUuid,
    allowPrivateAddresses: environment.webhookAllowPrivate,
  });
}

/** Calls an agent once, for its owner. */
export function buildTestCaller({ environment }: ServicesOptions): TestCaller {
  return new TestCaller({
    allowPrivateAddresses: environment.webhookAllowPrivate,
    newSessionUlid: ulid,
    newMessageId: newUuid,
    wallClockMs: Date.now,
  });
}
