import type { ClusterGroup, ClusterNode, NodeState } from '@fleetlm/client/admin';
import { expect, test } from 'vitest';
import { unknownNode } from '../testing/cluster.ts';
import { clusterHeadline, outdated } from './cluster-headline.ts';
import { clusterHealth, groupHealth, lagOf } from './cluster-health.ts';

const IDS = ['n1', 'n2', 'n3'] as const;

function node(nodeId: string, state: NodeState): ClusterNode {
  return { ...unknownNode(nodeId, state), flush_backlog: state === 'up' ? 2 : null };
}

function group(over: Partial<ClusterGroup> = {}): ClusterGroup {
  const replicas = IDS.map((nodeId) => ({
    node_id: nodeId,
    role: 'follower',
    term: 1,
    last_index: 9,
    stall: null,
    commit: 9,
    applied: 9,
  }));
  return {
    group: 0,
    leader: 'n1',
    term: 1,
    commit: 9,
    lag: 0,
    voters: IDS,
    replicas,
    flush_backlog: 0,
    reported_by: 'n1',
    reported_at: null,
    ...over,
  };
}

function headline(states: readonly NodeState[], groups: readonly ClusterGroup[] = [group()]) {
  const nodes = states.map((state, index) => node(IDS[index] ?? '', state));
  return clusterHeadline(clusterHealth({ nodes, groups, copies: 3 }), nodes.length);
}

test('three nodes up: one can be lost', () => {
  expect(headline(['up', 'up', 'up'])).toMatchObject({
    tone: 'ok',
    answer: 'Yes: one node can be lost now',
  });
});

test('one node down: no more may be lost, and it is named', () => {
  expect(headline(['up', 'down', 'up'])).toMatchObject({
    tone: 'warn',
    reason: 'n2 is down. 2 of 3 nodes are up.',
  });
});

test('two nodes down: what has stopped is said', () => {
  expect(headline(['up', 'down', 'down'])).toMatchObject({ tone: 'critical' });
});

test('nothing reported is not known, and a silent node is not taken for a live one', () => {
  expect(headline([], [])).toMatchObject({ tone: 'unknown' });
  expect(headline(['up', 'unknown', 'up']).reason).toContain('no report from n2');
});

test('a group without a leader shows, even when all nodes are up', () => {
  const leaderless = group({ leader: null });
  expect(headline(['up', 'up', 'up'], [leaderless])).toMatchObject({ tone: 'warn' });
  expect(
    groupHealth(
      leaderless,
      IDS.map((nodeId) => node(nodeId, 'up')),
      3,
    ),
  ).toBe('leaderless');
});

test('lag is counted from the commit of the leader, over live nodes, and missing figures are unknown', () => {
  const replicas = [
    {
      node_id: 'n1',
      role: 'leader',
      term: 1,
      last_index: 900,
      commit: 900,
      applied: 900,
      stall: null,
    },
    {
      node_id: 'n2',
      role: 'follower',
      term: 1,
      last_index: 900,
      commit: 890,
      applied: 800,
      stall: null,
    },
    {
      node_id: 'n3',
      role: 'unknown',
      term: null,
      last_index: null,
      commit: null,
      applied: null,
      stall: null,
    },
  ];
  const lagging = group({ commit: 900, lag: 100, replicas });
  const nodes = [node('n1', 'up'), node('n2', 'up'), node('n3', 'up')];
  expect(lagOf(lagging, 'n2')).toBe(100);
  expect(lagOf(lagging, 'n3')).toBeNull();
  expect(groupHealth(lagging, nodes, 3)).toBe('lagging');
  expect(clusterHealth({ nodes, groups: [lagging], copies: 3 })).toMatchObject({
    lagMax: 100,
    flushBacklog: 6,
  });
});

test('an old answer is not given for one that holds now', () => {
  expect(outdated(headline(['up', 'up', 'up']))).toEqual({
    tone: 'unknown',
    answer: 'Unknown: no reports',
    reason: 'Last report: “Yes: one node can be lost now.” 3 of 3 nodes are up.',
  });
  expect(outdated(headline([], []))).toEqual(headline([], []));
});
