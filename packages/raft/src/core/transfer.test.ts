import { expect, test } from 'vitest';
import { TestCluster, text, voters } from './testing/cluster.ts';

const leaderOf = (cluster: TestCluster): number[] =>
  [...cluster.replicas.values()]
    .filter(({ node }) => node.basicStatus().role === 'leader')
    .map(({ id }) => id);

const three = (): TestCluster => {
  const cluster = new TestCluster([1, 2, 3]);
  cluster.elect(1);
  return cluster;
};

test('A15 to a replica that is up to date: at once, through every lease', () => {
  const cluster = three();
  cluster.tick();
  cluster.node(1).transferLeadership(2);
  cluster.settle();
  expect(leaderOf(cluster)).toEqual([2]);
});

test('A15 asked for on a follower: the leader is asked', () => {
  const cluster = three();
  cluster.node(3).transferLeadership(3);
  cluster.settle();
  expect(leaderOf(cluster)).toEqual([3]);
});

test('A15 to a replica that lags: it is brought up to date first', () => {
  const cluster = three();
  cluster.isolate(3);
  for (let i = 0; i < 5; i += 1) cluster.node(1).propose(text(`${i}`));
  cluster.settle();
  cluster.heal();
  cluster.node(1).reportUnreachable(3);
  cluster.node(1).transferLeadership(3);
  cluster.settle();
  expect(leaderOf(cluster)).toEqual([3]);
  expect(cluster.node(3).basicStatus().lastIndex).toBe(7);
});

test('A15 to a replica whose pipeline was lost: it is sent an append at once, without waiting for a heartbeat', () => {
  const cluster = three();
  cluster.isolate(3);
  cluster.node(1).propose(text('x'));
  cluster.settle();
  cluster.heal();
  // It was not reported unreachable, and no tick passes.
  cluster.node(1).transferLeadership(3);
  cluster.settle();
  expect(leaderOf(cluster)).toEqual([3]);
  expect(cluster.node(3).propose(text('y')).ok).toBe(true);
});

test('A15 proposals are refused meanwhile, and served again when it takes longer than an election', () => {
  const cluster = three();
  cluster.isolate(3);
  cluster.node(1).propose(text('x'));
  cluster.settle();
  cluster.node(1).transferLeadership(3);
  expect(cluster.node(1).propose(text('y'))).toEqual({
    ok: false,
    reason: 'transferring',
    leader: 1,
  });
  cluster.tick(10);
  expect(cluster.node(1).basicStatus()).toMatchObject({ role: 'leader', leadTransferee: 0 });
  expect(cluster.node(1).propose(text('y')).ok).toBe(true);
});

test.each([
  ['itself', 1],
  ['a stranger', 9],
  ['a learner', 4],
])('A15 to %s: nothing happens', (_, to) => {
  const cluster = new TestCluster([1, 2, 3, 4], {}, { ...voters(1, 2, 3), learners: [4] });
  cluster.elect(1);
  cluster.node(1).transferLeadership(to);
  expect(cluster.node(1).basicStatus().leadTransferee).toBe(0);
  cluster.settle();
  expect(leaderOf(cluster)).toEqual([1]);
  expect(cluster.node(1).propose(text('x')).ok).toBe(true);
});

test('A15 a new wish replaces the old one; to itself ends it', () => {
  const cluster = three();
  cluster.filter = ({ type }) => type !== 'timeout-now';
  cluster.node(1).transferLeadership(2);
  cluster.node(1).transferLeadership(3);
  expect(cluster.node(1).basicStatus().leadTransferee).toBe(3);
  cluster.node(1).transferLeadership(1);
  expect(cluster.node(1).basicStatus().leadTransferee).toBe(0);
});

test.each([
  ['removed', 'remove-node'],
  ['demoted', 'add-learner-node'],
] as const)('A15 to a replica that is %s meanwhile: given up', (_, type) => {
  const cluster = three();
  cluster.isolate(3);
  cluster.node(1).proposeConfChange({ type, nodeId: 3 });
  cluster.node(1).transferLeadership(3);
  expect(cluster.node(1).basicStatus().leadTransferee).toBe(3);
  cluster.settle();
  expect(cluster.node(1).basicStatus().leadTransferee).toBe(0);
  expect(cluster.node(1).propose(text('x')).ok).toBe(true);
});

test('A15 a replica outside of the configuration that is asked to campaign does not', () => {
  const cluster = three();
  cluster.node(1).proposeConfChange({ type: 'remove-node', nodeId: 3 });
  cluster.settle();
  cluster.tick(2);
  cluster.node(3).step({ type: 'timeout-now', from: 1, to: 3, term: 1 });
  cluster.settle();
  expect(leaderOf(cluster)).toEqual([1]);
});

test('A15 the new leader dies before it is elected: the old one can be elected again', () => {
  const cluster = three();
  cluster.filter = ({ from }) => from !== 2;
  cluster.node(1).transferLeadership(2);
  cluster.settle();
  cluster.tick(60);
  expect(leaderOf(cluster).filter((id) => id !== 2)).toHaveLength(1);
});
