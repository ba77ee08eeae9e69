import type { ClusterGroup, ClusterNode, ClusterSnapshot, OperationBody } from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import { type Check, examine, LAG_ENTRIES_MAX, SLOW_LOOP_MS, SLOW_SYNC_MS } from './examine.ts';
import { lossTolerance } from './loss-tolerance.ts';

const AT = '2026-11-30T12:00:00.000Z';
const NODES = ['n1', 'n2', 'n3'];

const node = (node_id: string, change: Partial<ClusterNode> = {}): ClusterNode => ({
  node_id,
  state: 'up',
  membership: 'active',
  address: '127.0.0.1:4101',
  leaders: 1,
  replicas: 2,
  last_contact_ms_ago: 0,
  event_loop_delay_p99_ms: 2,
  longest_turn: null,
  event_loop_blocks: 0,
  wal_sync_p99_ms: 3,
  flush_backlog: 0,
  database_up: true,
  rss_bytes: 1,
  uptime_ms: 1,
  version: '1.0.0',
  reported_at: AT,
  age_ms: 0,
  ...change,
});

const group = (number: number, change: Partial<ClusterGroup> = {}): ClusterGroup => ({
  group: number,
  leader: 'n1',
  term: 3,
  commit: 10,
  applied: 10,
  lag: 0,
  voters: NODES,
  replicas: NODES.map((node_id) => ({
    node_id,
    role: 'follower',
    term: 3,
    last_index: 10,
    commit: 10,
    applied: 10,
    stall: null,
  })),
  flush_backlog: 0,
  reported_by: 'n1',
  reported_at: AT,
  ...change,
});

const operation: OperationBody = {
  id: 'op-1',
  kind: 'drain',
  node_id: 'n3',
  group: null,
  requested_by: 'ann',
  state: 'running',
  started_at: AT,
  ended_at: null,
  detail: '',
  progress: { done: 0, total: 1, stuck: [{ group: 0, reason: 'n2 is behind' }] },
};

interface Change {
  readonly nodes?: readonly ClusterNode[];
  readonly groups?: readonly ClusterGroup[];
  readonly operations?: readonly OperationBody[];
  readonly ready?: boolean;
  readonly degraded?: readonly string[];
  readonly nowMs?: number;
}

function checks(change: Change = {}): readonly Check[] {
  const cluster: ClusterSnapshot = {
    cluster_id: 'c',
    reported_by: 'n1',
    reported_at: AT,
    nodes: [...(change.nodes ?? NODES.map((id) => node(id)))],
    copies: 3,
    groups: [...(change.groups ?? [group(0), group(1)])],
  };
  return examine({
    cluster,
    readiness: {
      ready: change.ready ?? true,
      reasons: change.ready === false ? ['the log is being read'] : [],
      degraded: [...(change.degraded ?? [])],
    },
    operations: change.operations ?? [],
    nowMs: change.nowMs ?? Date.parse(AT),
  });
}

const wrong = (change: Change): readonly string[] =>
  checks(change)
    .filter(({ status }) => status !== 'ok')
    .map(({ id, status }) => `${id}: ${status}`);

test('nothing is wrong with a cluster that is well', () => {
  expect(wrong({})).toEqual([]);
});

const two = [node('n1'), node('n2')];

describe('each fault is found, and nothing else', () => {
  test.each<readonly [string, Change, readonly string[]]>([
    ['not ready', { ready: false }, ['ready: failure']],
    ['degraded', { degraded: ['replicas have stalled: 7'] }, ['ready: warning']],
    [
      'a node down',
      { nodes: [...two, node('n3', { state: 'down' })] },
      ['nodes: failure', 'quorum: failure'],
    ],
    [
      'a removed node',
      {
        nodes: [...NODES.map((id) => node(id)), node('n4', { state: 'down', membership: 'gone' })],
      },
      [],
    ],
    [
      'no report yet',
      { nodes: [...two, node('n3', { state: 'unknown' })] },
      ['nodes: warning', 'quorum: failure'],
    ],
    ['no leader', { groups: [group(0, { leader: null })] }, ['leaders: failure']],
    [
      'one node alone',
      { nodes: [node('n1')], groups: [group(0, { voters: ['n1'] })] },
      ['quorum: warning'],
    ],
    [
      'a lagging voter',
      { groups: [group(0, { lag: LAG_ENTRIES_MAX + 1 })] },
      ['replication: warning'],
    ],
    ['a voter at the limit', { groups: [group(0, { lag: LAG_ENTRIES_MAX })] }, []],
    [
      'Postgres away',
      { nodes: [...two, node('n3', { database_up: false })] },
      ['archive: failure'],
    ],
    [
      'a slow disk',
      { nodes: [...two, node('n3', { wal_sync_p99_ms: SLOW_SYNC_MS + 1 })] },
      ['disk: warning'],
    ],
    [
      'a busy loop',
      { nodes: [...two, node('n3', { event_loop_delay_p99_ms: SLOW_LOOP_MS + 1 })] },
      ['event-loop: warning'],
    ],
    [
      'a clock that is off',
      { nodes: [...two, node('n3', { reported_at: '2026-11-30T12:00:06.000Z' })] },
      ['clocks: failure'],
    ],
    [
      'an old report of a right clock',
      { nodes: [...two, node('n3', { reported_at: '2026-11-30T11:59:50.000Z', age_ms: 10_000 })] },
      [],
    ],
    ['the own clock', { nowMs: Date.parse(AT) + 6_000 }, ['clocks: warning']],
    ['two versions', { nodes: [...two, node('n3', { version: '1.1.0' })] }, ['versions: warning']],
    ['a stuck operation', { operations: [operation] }, ['operations: warning']],
    [
      'a stalled replica',
      {
        groups: [
          group(0, {
            replicas: [
              {
                ...(group(0).replicas[0] ?? {
                  node_id: 'n1',
                  role: 'follower',
                  term: 1,
                  last_index: 1,
                  commit: 1,
                  applied: 1,
                }),
                stall: { index: 9, reason: 'exception' },
              },
            ],
          }),
        ],
      },
      ['stalled: failure'],
    ],
  ])('%s', (_, change, found) => {
    expect(wrong(change)).toEqual(found);
  });
});

test('what is wrong comes with what to do', () => {
  for (const { status, advice } of checks({ ready: false, nodes: [node('n1', { state: 'down' })] }))
    expect(advice === null).toBe(status === 'ok');
});

describe('the loss of one more node', () => {
  test.each([
    [['n1', 'n2', 'n3'], true, 0],
    [['n1', 'n2'], false, 0],
    [['n1'], false, 1],
  ])('with %j up', (up, canLoseANode, withoutQuorum) => {
    const nodes = NODES.map((id) => node(id, { state: up.includes(id) ? 'up' : 'down' }));
    const found = lossTolerance({ nodes, groups: [group(0)] });
    expect(found.canLoseANode).toBe(canLoseANode);
    expect(found.withoutQuorum).toHaveLength(withoutQuorum);
  });

  test('is not known while a group is not known', () => {
    const nodes = NODES.map((id) => node(id));
    expect(lossTolerance({ nodes, groups: [group(0), group(1, { voters: [] })] })).toMatchObject({
      canLoseANode: null,
    });
  });
});
