import { memoryUsage } from 'node:process';
import type { GroupStatus, RaftHost } from '@fleetlm/raft/host';
import type { Wal } from '@fleetlm/raft/wal';
import type { Flusher } from '../../effects/flusher/index.ts';
import type { GroupReply } from '../../groups/group-reply.ts';
import type { Groups } from '../../groups/groups.ts';
import { SYSTEM_GROUP } from '../../membership/placement.ts';
import type { EventLoopDelay } from '../../telemetry/event-loop-delay.ts';
import type { GroupReport, NodeReport } from './node-report.ts';

export interface OwnReportPorts {
  readonly nodeId: string;
  /** Its replica id in every group. */
  readonly number: number;
  readonly version: string;
  readonly host: RaftHost<GroupReply>;
  readonly groups: Groups;
  readonly isServing: (group: number) => boolean;
  readonly wal: Wal;
  readonly flusher: Flusher;
  readonly eventLoop: EventLoopDelay;
  readonly wallClockMs: () => number;
  readonly uptimeMs: () => number;
}

/** What this node says of itself to the others and to operators. */
export function ownReport(ports: OwnReportPorts): NodeReport {
  const { nodeId, version, host, groups, wal, flusher, eventLoop, wallClockMs } = ports;
  const atMs = wallClockMs();
  const reports: GroupReport[] = [];
  for (const group of groups.hosted) reports.push(groupReport(host.status(group), ports));
  return {
    nodeId,
    atMs,
    version,
    uptimeMs: ports.uptimeMs(),
    rssBytes: memoryUsage.rss(),
    eventLoopDelayP99Ms: eventLoop.p99Ms(),
    longestTurn: eventLoop.longestTurn(),
    eventLoopBlocks: eventLoop.blocks,
    walSyncP99Ms: syncP99Ms(wal),
    databaseUp: flusher.stats.databaseUp,
    groups: reports,
    system: groupReport(host.status(SYSTEM_GROUP), ports),
  };
}

/** Entries that a replica may be behind and still be called up to date: they are on their way. */
const ON_THEIR_WAY = 256;

function groupReport(
  status: GroupStatus,
  { groups, number: self, isServing }: OwnReportPorts,
): GroupReport {
  const { group, term, leader, lastIndex, commit, applied, confState, stall } = status;
  const isLeader = status.role === 'leader';
  const voters = [...confState.voters];
  const matches = status.replicas.filter(({ id }) => voters.includes(id)).map(({ match }) => match);
  return {
    group,
    role: roleOf(status, self),
    term,
    leader,
    lastIndex,
    commit,
    applied,
    voters,
    learners: [...confState.learners, ...confState.learnersNext],
    votersOutgoing: [...confState.votersOutgoing],
    caughtUp: isLeader
      ? status.replicas
          .filter(
            ({ id, match, state, active }) =>
              id === self || (state === 'replicate' && active && match + ON_THEIR_WAY >= commit),
          )
          .map(({ id }) => id)
      : [],
    isServing: isServing(group),
    stall: stall === null ? null : { index: stall.index, reason: stall.reason },
    lag: isLeader && matches.length > 0 ? Math.max(0, commit - Math.min(...matches)) : null,
    flushBacklog: isLeader ? (groups.state(group)?.flushBacklog ?? 0) : null,
  };
}

function roleOf({ role, confState }: GroupStatus, self: number): GroupReport['role'] {
  switch (role) {
    case 'leader':
      return 'leader';
    case 'candidate':
    case 'pre-candidate':
      return 'candidate';
    case 'follower':
      return confState.learners.includes(self) ? 'learner' : 'follower';
    default:
      return role satisfies never;
  }
}

/** Milliseconds, of the quickest of the newest syncs: what the disk takes when nothing waits for it; 0: none yet. */
export function leastSyncMs({ stats }: Pick<Wal, 'stats'>): number {
  return stats.recentSyncMs.reduce((least, ms) => Math.min(least, ms), stats.recentSyncMs[0] ?? 0);
}

/** Milliseconds, of the newest syncs; null: none yet. */
export function syncP99Ms(wal: Wal): number | null {
  const times = [...wal.stats.recentSyncMs].sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * 0.99))] ?? null;
}
