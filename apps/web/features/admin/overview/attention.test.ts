import { EMPTY_HISTORY } from '@fleetlm/client/admin';
import { describe, expect, it } from 'vitest';
import { withSnapshotOf } from '../testing/cluster.ts';
import { attention } from './attention.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00.000Z');

const elected = (group: number, secondsAgo: number) => ({
  at: new Date(NOW_MS - secondsAgo * 1_000).toISOString(),
  node_id: 'n1',
  kind: 'leader-elected',
  group,
  detail: '',
});

describe('what needs attention', () => {
  const well = withSnapshotOf({
    nodes: { n1: 'up', n2: 'up', n3: 'up' },
    groups: [{ leader: 'n1', applied: { n1: 1, n2: 1, n3: 1 } }],
  });

  it('is nothing when all is well', () => {
    expect(attention({ ...well, events: [], history: EMPTY_HISTORY, nowMs: NOW_MS })).toEqual([]);
  });

  it('names the worst first', () => {
    const { nodes, ...rest } = withSnapshotOf({
      nodes: { n1: 'up', n2: 'down', n3: 'down' },
      groups: [{ leader: null, applied: { n1: 1, n2: 1, n3: 1 } }],
    });
    const items = attention({
      nodes: nodes.map((node) => ({ ...node, database_up: false })),
      ...rest,
      events: [],
      history: EMPTY_HISTORY,
      nowMs: NOW_MS,
    });
    expect(items.map(({ text }) => text)).toEqual([
      'n2 is down',
      'n3 is down',
      'Group 00: no quorum',
      'Postgres is unreachable for n1. Messages are safe; archiving resumes when it returns',
    ]);
  });

  it('counts the elections of a group within five minutes', () => {
    const events = [elected(0xa3, 10), elected(0xa3, 20), elected(0xa3, 290), elected(0xa3, 400)];
    const [item] = attention({ ...well, events, history: EMPTY_HISTORY, nowMs: NOW_MS });
    expect(item).toMatchObject({
      text: 'Group A3: 3 elections in 5 min',
      href: '/admin/groups?g=a3',
    });
  });
});
