import type { ClusterEvent } from '../cluster-view.ts';
import type { NodeReport } from '../node-report.ts';

/** A report with every field set: of a leader, a stalled follower and the system group. */
export const REPORT: NodeReport = {
  nodeId: 'n1',
  atMs: 1_767_225_600_000,
  version: '0.1.0',
  uptimeMs: 60_000,
  rssBytes: 200_000_000,
  eventLoopDelayP99Ms: 3.5,
  longestTurn: { component: 'rest', ms: 12.5 },
  eventLoopBlocks: 1,
  walSyncP99Ms: 0.8,
  databaseUp: true,
  groups: [
    {
      group: 7,
      role: 'follower',
      term: 3,
      leader: 2,
      lastIndex: 120,
      commit: 119,
      applied: 100,
      voters: [1, 2, 3],
      learners: [4],
      votersOutgoing: [5],
      caughtUp: [],
      isServing: false,
      stall: { index: 101, reason: 'unsupported' },
      lag: null,
      flushBacklog: null,
    },
  ],
  system: {
    group: 256,
    role: 'leader',
    term: 1,
    leader: 1,
    lastIndex: 9,
    commit: 9,
    applied: 9,
    voters: [1, 2, 3],
    learners: [],
    votersOutgoing: [],
    caughtUp: [1, 2],
    isServing: true,
    stall: null,
    lag: 0,
    flushBacklog: 0,
  },
};

export const EVENT: ClusterEvent = {
  atMs: 1_767_225_600_000,
  nodeId: 'n1',
  kind: 'leader-elected',
  group: 7,
  detail: 'n1 leads term 3',
};
