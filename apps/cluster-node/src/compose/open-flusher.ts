import type { RaftHost } from '@fleetlm/raft/host';
import type { Environment } from '../config/environment.ts';
import { createFlusher, type Flusher, type SnapshotPorts } from '../effects/flusher/index.ts';
import { oneLine } from '../effects/one-line.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import type { Groups } from '../groups/groups.ts';
import { type ClusterDescriptor, encodeDescriptor } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

const FAILURE_LOG_INTERVAL_MS = 10_000;

export interface FlusherParts {
  readonly environment: Environment;
  readonly descriptor: ClusterDescriptor;
  readonly groups: Groups;
  readonly host: RaftHost<GroupReply>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The flusher of a member, wired. */
export function openFlusher(parts: FlusherParts): Flusher {
  const { environment, descriptor, groups, host, metrics, log } = parts;
  return createFlusher({
    clusterId: descriptor.clusterId,
    descriptor: () => JSON.stringify(encodeDescriptor(descriptor)),
    propose: groups.proposeHere,
    ledGroups: () => groups.ledGroups(),
    snapshots: snapshotPorts(groups, host),
    eviction: {
      sessionIdleMs: environment.sessionIdleMs,
      hotSessionsMax: environment.hotSessionsMax,
      hotSessions: () => groups.inMemory(),
    },
    onStale: (sessionId, detail) => {
      metrics.faults.inc({ kind: 'archive-gap' });
      log.error({ sessionId, detail }, 'a session can not be brought back from the archive');
    },
    wallClockMs: Date.now,
    databaseUrl: environment.databaseUrl,
    flushIntervalMs: environment.flushIntervalMs,
    onFailure: failureLog(log),
    onConflict: (conflict) =>
      log.error(conflict, 'flusher: Postgres does not take this session as the log has it'),
    onGap: (gap) => {
      metrics.faults.inc({ kind: 'archive-gap' });
      log.error(gap, 'flusher: Postgres was restored and lacks messages that nobody has any more');
    },
  });
}

/** While Postgres is away every read fails: the log has one line for all of an interval. */
function failureLog(log: Logger): (error: unknown) => void {
  let nextAtMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs < nextAtMs) return;
    nextAtMs = nowMs + FAILURE_LOG_INTERVAL_MS;
    log.warn({ detail: oneLine(error) }, 'archive: Postgres did not do what it was asked');
  };
}

/** Where the archive finds the snapshots of the groups that this node leads. */
function snapshotPorts(groups: Groups, host: RaftHost<GroupReply>): SnapshotPorts {
  return {
    *led() {
      for (const { group, state } of groups.ledGroups())
        if (state.inboxes.size > 0) yield { group, appliedIndex: host.status(group).applied };
      const isSystemLed = host.groups.includes(SYSTEM_GROUP) && host.isReadyLeader(SYSTEM_GROUP);
      if (isSystemLed && groups.system.agents.size > 0)
        yield { group: SYSTEM_GROUP, appliedIndex: host.status(SYSTEM_GROUP).applied };
    },
    save: (group) => host.snapshotGroup(group),
    open: (group) => new Promise((resolve) => host.openSnapshot(group, resolve)),
  };
}
