import { Packr } from 'msgpackr';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gossip } from './gossip.ts';
import { encodeEvent, encodeReport } from './node-report.ts';
import { encodePublish } from './publish-frames.ts';
import { EVENT, REPORT } from './testing/reports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const packr = new Packr({ useRecords: false });

function startGossip() {
  let sent = 0;
  const received: unknown[] = [];
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
    reports: { receive: (nodeId, { uptimeMs }) => received.push({ nodeId, uptimeMs }) },
    directory: { receive: () => undefined },
    peers: { numberOf: () => 2 },
    events: { publish: ({ kind }) => received.push({ kind }) },
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
  return { gossip, sentIn, received };
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

test('what a node of a later release adds to its reports and events costs no connection', () => {
  const { gossip, received } = startGossip();
  const receive = (kind: 'report' | 'event', value: object): boolean =>
    gossip.receive('n2', encodePublish(kind, packr.pack(value)));
  expect(receive('report', { ...REPORT, nodeId: 'n2', zone: 'eu-1' })).toBe(true);
  expect(receive('event', { ...EVENT, severity: 'high' })).toBe(true);
  expect(receive('event', { ...EVENT, kind: 'blob-lost' })).toBe(true);
  expect(gossip.receive('n2', Uint8Array.of(200, 1, 2))).toBe(true);
  expect(received).toEqual([{ nodeId: 'n2', uptimeMs: REPORT.uptimeMs }, { kind: EVENT.kind }]);
  gossip.stop();
});

test('what no node sends is malformed', () => {
  const { gossip, received } = startGossip();
  expect(gossip.receive('n2', new Uint8Array())).toBe(false);
  expect(gossip.receive('n2', Uint8Array.of(0, 1))).toBe(false);
  expect(gossip.receive('n2', encodePublish('report', encodeEvent(EVENT)))).toBe(false);
  expect(gossip.receive('n2', encodePublish('event', encodeReport(REPORT)))).toBe(false);
  expect(received).toEqual([]);
  gossip.stop();
});
