import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gossip } from './gossip.ts';
import type { NodeReport } from './node-report.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const REPORT: NodeReport = {
  nodeId: 'n1',
  atMs: 0,
  version: '0',
  uptimeMs: 0,
  rssBytes: 0,
  eventLoopDelayP99Ms: 0,
  longestTurn: null,
  eventLoopBlocks: 0,
  walSyncP99Ms: null,
  databaseUp: true,
  groups: [],
  system: {
    group: 0,
    role: 'leader',
    term: 1,
    leader: 1,
    lastIndex: 1,
    commit: 1,
    applied: 1,
    voters: [1],
    learners: [],
    votersOutgoing: [],
    caughtUp: [1],
    isServing: true,
    stall: null,
    lag: 0,
    flushBacklog: 0,
  },
};

function startGossip() {
  let sent = 0;
  const gossip = new Gossip({
    nodeId: 'n1',
    mesh: {
      connected: [{ clusterId: 'c', nodeId: 'n2', incarnation: 'i', bootNonce: 'b' }],
      send: () => {
        sent += 1;
        return true;
      },
    },
    log: pino({ enabled: false }),
    ownReport: () => REPORT,
    flusherStats: () => ({ databaseUp: true, passes: 0, failures: 0, lastError: null }),
    reports: { receive: () => undefined },
    directory: { receive: () => undefined },
    peers: { numberOf: () => 2 },
    events: { publish: () => undefined },
    isReadyLeader: () => true,
    feed: {
      receiveChunk: () => true,
      receiveEvent: () => true,
      receiveUnfollow: () => true,
    },
  });
  gossip.start();
  const sentIn = (milliseconds: number): number => {
    const before = sent;
    vi.advanceTimersByTime(milliseconds);
    return sent - before;
  };
  return { gossip, sentIn };
}

test('reports once a second, and four times while replicas change and for two seconds afterwards', () => {
  const { gossip, sentIn } = startGossip();
  expect(sentIn(5_000)).toBe(5);
  for (let change = 0; change < 10; change += 1) {
    gossip.groupsChanged();
    expect(sentIn(1_000)).toBe(4);
  }
  expect(sentIn(1_000)).toBe(4);
  expect(sentIn(5_000)).toBe(5);
  gossip.stop();
  gossip.groupsChanged();
  expect(sentIn(5_000)).toBe(0);
});
