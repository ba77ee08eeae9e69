import {
  type ClusterState,
  EMPTY_HISTORY,
  type Membership,
  type NodeState,
} from '@fleetlm/client/admin';
import { describe, expect, test } from 'vitest';
import { groupLook, isProblem } from '../groups/group-looks.ts';
import { withSnapshotOf } from '../testing/cluster.ts';
import { attention } from './attention.ts';
import { drainsOf, membershipWords } from './cluster-drains.ts';
import { clusterHeadline } from './cluster-headline.ts';
import { clusterHealth } from './cluster-health.ts';

/*
 * States of a cluster against every place that shows them. The figures of all places come from one definition each, so no two places
 * may contradict each other.
 */

type Cluster = Pick<ClusterState, 'nodes' | 'groups' | 'copies'>;

interface Situation {
  readonly nodes: Readonly<Record<string, NodeState>>;
  readonly membership?: Readonly<Record<string, Membership>>;
  /** Voters of each group; the first one that is up leads it. */
  readonly voters: readonly (readonly string[])[];
  readonly leaderless?: boolean;
}

const THREE = { n1: 'up', n2: 'up', n3: 'up' } as const;
const ALL = ['n1', 'n2', 'n3'];

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'all is well': { nodes: THREE, voters: [ALL, ALL] },
  'a drain is under way': {
    nodes: THREE,
    membership: { n3: 'draining' },
    voters: [ALL, ['n1', 'n2']],
  },
  'a drain is done': {
    nodes: THREE,
    membership: { n3: 'draining' },
    voters: [
      ['n1', 'n2'],
      ['n1', 'n2'],
    ],
  },
  'a drain is done, and a fourth node has the copies': {
    nodes: { ...THREE, n4: 'up' },
    membership: { n3: 'draining' },
    voters: [
      ['n1', 'n2', 'n4'],
      ['n1', 'n2', 'n4'],
    ],
  },
  'a drain is being reverted': { nodes: THREE, voters: [ALL, ['n1', 'n2']] },
  'the drained node is stopped': {
    nodes: { ...THREE, n3: 'down' },
    membership: { n3: 'draining' },
    voters: [
      ['n1', 'n2'],
      ['n1', 'n2'],
    ],
  },
  'a node is down': { nodes: { ...THREE, n3: 'down' }, voters: [ALL, ALL] },
  'two nodes are down': { nodes: { n1: 'up', n2: 'down', n3: 'down' }, voters: [ALL, ALL] },
  'groups elect a leader': { nodes: THREE, voters: [ALL, ALL], leaderless: true },
  'a node was removed for good': {
    nodes: { n1: 'up', n2: 'up' },
    voters: [
      ['n1', 'n2'],
      ['n1', 'n2'],
    ],
  },
};

function clusterOf({ nodes, membership = {}, voters, leaderless = false }: Situation): Cluster {
  const cluster = withSnapshotOf({
    nodes,
    copies: 3,
    groups: voters.map((ids) => ({
      leader: leaderless ? null : (ids.find((id) => nodes[id] === 'up') ?? null),
      applied: Object.fromEntries(ids.map((id) => [id, 5])),
    })),
  });
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) => ({
      ...node,
      membership: membership[node.node_id] ?? 'active',
    })),
  };
}

/** What each place says. */
function placesOf(cluster: Cluster) {
  const { nodes, groups, copies } = cluster;
  const health = clusterHealth(cluster);
  const looks = groups.map((group) => groupLook(group, nodes, 'health', copies));
  return {
    health,
    headline: clusterHeadline(health, nodes.length, drainsOf(cluster)),
    problems: looks.filter((look) => isProblem(look.health)).length,
    lacking: looks.filter((look) => look.health === 'under-replicated').length,
    attention: attention({
      ...cluster,
      events: [],
      history: EMPTY_HISTORY,
      nowMs: 0,
    }).map(({ text }) => text),
    members: nodes.map((node) => membershipWords(node, groups)),
  };
}

describe.each(Object.entries(SITUATIONS))('when %s', (_, situation) => {
  const cluster = clusterOf(situation);
  const places = placesOf(cluster);
  const { health, headline } = places;

  test('a cluster that can lose no node shows why in every place', () => {
    if (headline.answer.startsWith('Yes')) return;
    expect(health.underReplicated + health.withoutQuorum).toBeGreaterThan(0);
    expect(places.problems).toBeGreaterThan(0);
    expect(places.attention).not.toEqual([]);
    expect(headline.reason).toMatch(/without|down/);
  });

  test('the figure of under-replicated groups covers all groups that the grid shows so', () => {
    expect(health.underReplicated).toBeGreaterThanOrEqual(places.lacking);
    if (health.underReplicated > 0) expect(places.problems).toBeGreaterThan(0);
  });

  test('groups without a problem mean that nothing is missing anywhere', () => {
    if (places.problems > 0) return;
    expect(health).toMatchObject({ underReplicated: 0, withoutQuorum: 0, leaderless: 0 });
    expect(places.attention.filter((text) => text.startsWith('Group'))).toEqual([]);
    expect(headline.answer).toMatch(/^Yes/);
  });

  test('a node that the headline calls drained is called so in the list of nodes', () => {
    const drained = drainsOf(cluster).some(({ isDone }) => isDone);
    expect(places.members.includes('drained')).toBe(drained);
    expect(headline.reason.includes('is drained')).toBe(drained);
  });
});

test('after a drain without a spare node every group lacks a copy, and it is said', () => {
  const situation = SITUATIONS['a drain is done'];
  if (situation === undefined) throw new Error('no such situation');
  const { health, headline, attention: items, members } = placesOf(clusterOf(situation));
  expect(health).toMatchObject({ tolerance: 0, underReplicated: 2 });
  expect(headline.reason).toContain('2 groups are without all of their copies.');
  expect(items).toEqual(['Groups 00, 01: a copy is missing']);
  expect(members).toEqual([null, null, 'drained']);
});
