import { describe, expect, test } from 'vitest';
import { TestCluster, TestReplica, text, voters } from '../testing/cluster.ts';
import type { ConfChangeSingle, ConfChangeV2, ConfState } from '../types.ts';

const v2 = (
  transition: ConfChangeV2['transition'],
  ...changes: ConfChangeV2['changes']
): ConfChangeV2 => ({
  transition,
  changes,
  context: text(''),
});
const add = (nodeId: number) => ({ type: 'add-node', nodeId }) as const;
const remove = (nodeId: number) => ({ type: 'remove-node', nodeId }) as const;
const learn = (nodeId: number) => ({ type: 'add-learner-node', nodeId }) as const;

const three = (ids: readonly number[] = [1, 2, 3]): TestCluster => {
  const cluster = new TestCluster(ids, {}, voters(1, 2, 3));
  cluster.elect(1);
  return cluster;
};
const confOf = (cluster: TestCluster, id: number): ConfState => cluster.node(id).status().confState;
const leaders = (cluster: TestCluster): number[] =>
  [...cluster.replicas.values()]
    .filter(({ node }) => node.basicStatus().role === 'leader')
    .map(({ id }) => id);

describe('one change at a time', () => {
  test('R2 a second change is refused until the first is applied', () => {
    const cluster = three();
    cluster.filter = () => false;
    expect(cluster.node(1).proposeConfChange(add(4)).ok).toBe(true);
    cluster.settle();
    expect(cluster.node(1).proposeConfChange(add(5))).toEqual({
      ok: false,
      reason: 'conf-change-pending',
      leader: 1,
    });
    expect(cluster.node(1).basicStatus().lastIndex).toBe(2);
    cluster.heal();
    cluster.tick(2);
    expect(cluster.node(1).proposeConfChange(add(5)).ok).toBe(true);
  });

  test('R2 a new leader refuses changes until what it found is applied', () => {
    const cluster = three();
    cluster.filter = ({ to }) => to === 2;
    cluster.node(1).proposeConfChange(add(4));
    cluster.deliver();
    cluster.deliver();
    cluster.filter = ({ from, to }) => from !== 1 && to !== 1;
    cluster.node(3).forgetLeader();
    cluster.node(2).campaign();
    for (let i = 0; i < 4; i += 1) cluster.deliver();
    expect(leaders(cluster)).toContain(2);
    expect(cluster.node(2).proposeConfChange(add(5))).toMatchObject({
      ok: false,
      reason: 'conf-change-pending',
    });
    cluster.settle();
    expect(confOf(cluster, 2).voters).toEqual([1, 2, 3, 4]);
    expect(cluster.node(2).proposeConfChange(add(5)).ok).toBe(true);
  });

  test('R2 a change that is overwritten never takes effect, nor do two of them', () => {
    const cluster = three();
    cluster.isolate(1);
    cluster.node(1).proposeConfChange(add(4));
    cluster.at(1).settle();
    cluster.node(3).forgetLeader();
    cluster.node(2).campaign();
    cluster.settle();
    cluster.node(2).proposeConfChange(add(5));
    cluster.settle();
    cluster.heal();
    cluster.tick(3);
    for (const id of [1, 2, 3]) expect(confOf(cluster, id).voters).toEqual([1, 2, 3, 5]);
  });

  test('R2 who has a committed change to apply does not campaign', () => {
    const replica = new TestReplica({ id: 2, preVote: false }, voters(1, 2, 3));
    const source = three();
    source.node(1).proposeConfChange(add(4));
    source.settle();
    const entries = source.at(1).storage.entries(1, 3, 1e6);
    replica.node.step({
      type: 'append',
      from: 1,
      to: 2,
      term: 1,
      index: 0,
      logTerm: 0,
      entries,
      commit: 2,
    });
    replica.take();
    replica.written();
    replica.node.campaign();
    expect(replica.node.basicStatus().role).toBe('follower');
    replica.settle();
    replica.node.campaign();
    expect(replica.node.basicStatus().role).toBe('candidate');
  });

  test.each([
    ['all voters away', v2('auto', remove(1), remove(2), remove(3))],
    ['leaving what is not joint', v2('auto')],
  ])('R2 refused before anything is appended: %s', (_, change) => {
    const cluster = three();
    expect(cluster.node(1).proposeConfChange(change)).toMatchObject({
      ok: false,
      reason: 'conf-change-invalid',
    });
    expect(cluster.node(1).basicStatus().lastIndex).toBe(1);
  });
});

describe('removal', () => {
  test('R3 a leader that is removed steps down when that is applied, and the rest elect', () => {
    const cluster = three();
    cluster.node(1).proposeConfChange(remove(1));
    cluster.settle();
    expect(cluster.node(1).basicStatus().role).toBe('follower');
    expect(cluster.node(1).propose(text('x'))).toMatchObject({ ok: false, reason: 'removed' });
    cluster.tick(40);
    expect(leaders(cluster)).toHaveLength(1);
    expect(leaders(cluster)).not.toContain(1);
  });

  test('R3 a leader that is demoted steps down too', () => {
    const cluster = three();
    cluster.node(1).proposeConfChange(learn(1));
    cluster.settle();
    expect(cluster.node(1).basicStatus().role).toBe('follower');
    expect(confOf(cluster, 2)).toMatchObject({ voters: [2, 3], learners: [1] });
  });

  test('R3 a removed replica that never heard of it disturbs no others', () => {
    const cluster = three();
    cluster.isolate(3);
    cluster.node(1).proposeConfChange(remove(3));
    cluster.settle();
    const { term } = cluster.node(1).basicStatus();
    cluster.filter = ({ to }) => to !== 3;
    cluster.tick(60);
    expect(leaders(cluster)).toEqual([1]);
    expect(cluster.node(1).basicStatus().term).toBe(term);
  });

  test('R3 a smaller quorum commits what the larger could not', () => {
    const cluster = three();
    cluster.isolate(3);
    cluster.node(1).proposeConfChange(remove(3));
    cluster.settle();
    cluster.filter = ({ from, to }) => from !== 3 && to !== 3;
    cluster.node(1).propose(text('x'));
    cluster.settle();
    expect(cluster.node(1).basicStatus().commit).toBe(3);
  });
});

describe('joint configurations', () => {
  test('R4 a dead replica is replaced in one step, and the joint configuration is left by itself', () => {
    const cluster = three([1, 2, 3, 4]);
    cluster.isolate(3);
    expect(cluster.node(1).proposeConfChange(v2('auto', add(4), remove(3))).ok).toBe(true);
    cluster.tick(3);
    for (const id of [1, 2, 4]) {
      expect(confOf(cluster, id)).toEqual({
        voters: [1, 2, 4],
        votersOutgoing: [],
        learners: [],
        learnersNext: [],
        autoLeave: false,
      });
    }
  });

  test('R4 in a joint configuration both halves decide', () => {
    const cluster = three([1, 2, 3, 4, 5]);
    cluster.node(1).proposeConfChange(v2('joint-explicit', add(4), add(5), remove(2), remove(3)));
    cluster.tick(2);
    expect(confOf(cluster, 1)).toMatchObject({ voters: [1, 4, 5], votersOutgoing: [1, 2, 3] });
    const { commit } = cluster.node(1).basicStatus();
    cluster.filter = ({ from, to }) => ![2, 3].includes(from) && ![2, 3].includes(to);
    cluster.node(1).propose(text('x'));
    cluster.settle();
    expect(cluster.node(1).basicStatus().commit).toBe(commit);
    cluster.heal();
    cluster.tick(2);
    expect(cluster.node(1).basicStatus().commit).toBe(commit + 1);
  });

  test('R4 explicit: it stays until it is left, and nothing else is allowed before', () => {
    const cluster = three([1, 2, 3, 4]);
    cluster.node(1).proposeConfChange(v2('joint-explicit', add(4)));
    cluster.tick(3);
    expect(confOf(cluster, 1)).toMatchObject({ votersOutgoing: [1, 2, 3], autoLeave: false });
    expect(cluster.node(1).proposeConfChange(add(5))).toMatchObject({
      ok: false,
      reason: 'conf-change-pending',
    });
    expect(cluster.node(1).proposeConfChange(v2('auto')).ok).toBe(true);
    cluster.tick(2);
    expect(confOf(cluster, 4)).toMatchObject({ voters: [1, 2, 3, 4], votersOutgoing: [] });
  });

  test('R4 the next leader leaves it when the one that entered dies', () => {
    const cluster = three([1, 2, 3, 4]);
    cluster.node(1).proposeConfChange(v2('joint-implicit', add(4)));
    // The entry is committed and known to be, the one that leaves is not.
    for (let i = 0; i < 40 && confOf(cluster, 2).votersOutgoing.length === 0; i += 1)
      cluster.deliver();
    cluster.isolate(1);
    for (const id of [2, 3, 4]) {
      cluster.at(id).outbox.length = 0;
      cluster.node(id).forgetLeader();
    }
    for (let i = 0; i < 60; i += 1) cluster.tick();
    const [leader = 0] = leaders(cluster).filter((id) => id !== 1);
    expect(confOf(cluster, leader)).toMatchObject({ voters: [1, 2, 3, 4], votersOutgoing: [] });
  });

  test('R4 a restart inside a joint configuration goes on with it', () => {
    const cluster = three([1, 2, 3, 4]);
    cluster.node(1).proposeConfChange(v2('joint-explicit', add(4), learn(3)));
    cluster.tick(2);
    const before = confOf(cluster, 2);
    expect(before).toMatchObject({
      voters: [1, 2, 4],
      votersOutgoing: [1, 2, 3],
      learnersNext: [3],
    });
    const { storage, node } = cluster.at(2);
    cluster.replicas.set(2, new TestReplica({ id: 2, applied: node.appliedTo }, before, storage));
    expect(confOf(cluster, 2)).toEqual(before);
    cluster.node(1).proposeConfChange(v2('auto'));
    cluster.tick(2);
    expect(confOf(cluster, 2)).toMatchObject({
      voters: [1, 2, 4],
      learners: [3],
      votersOutgoing: [],
    });
  });

  test('R4 a voter that becomes a learner still counts in the outgoing half', () => {
    const cluster = three();
    cluster.node(1).proposeConfChange(v2('joint-explicit', learn(3)));
    cluster.tick(2);
    expect(confOf(cluster, 1)).toMatchObject({
      voters: [1, 2],
      votersOutgoing: [1, 2, 3],
      learnersNext: [3],
      learners: [],
    });
  });
});

describe('learners', () => {
  test('R4 a learner is replicated to, does not count, and becomes a voter', () => {
    const cluster = three([1, 2, 3, 4]);
    cluster.node(1).proposeConfChange(learn(4));
    cluster.tick(2);
    expect(cluster.node(4).basicStatus()).toMatchObject({ lastIndex: 2, role: 'follower' });
    cluster.filter = ({ from, to }) => [1, 4].includes(from) && [1, 4].includes(to);
    cluster.node(1).propose(text('x'));
    cluster.settle();
    expect(cluster.node(1).basicStatus().commit).toBe(2);
    cluster.heal();
    cluster.tick(2);
    cluster.node(1).proposeConfChange(add(4));
    cluster.tick(2);
    expect(confOf(cluster, 4)).toMatchObject({ voters: [1, 2, 3, 4], learners: [] });
  });

  test('R4 learners are never counted: two of them and the leader are three of five, and no quorum', () => {
    const conf = { ...voters(1, 2, 3), learners: [4, 5] };
    const cluster = new TestCluster([1, 2, 3, 4, 5], {}, conf);
    cluster.elect(1);
    const withLearners = [1, 4, 5];
    cluster.filter = ({ from, to }) => withLearners.includes(from) && withLearners.includes(to);
    cluster.node(1).propose(text('x'));
    cluster.settle();
    for (const id of [4, 5]) expect(cluster.node(id).basicStatus().lastIndex).toBe(2);
    expect(cluster.node(1).basicStatus().commit).toBe(1);
    // Nor does hearing from them keep the leader in office.
    cluster.tick(20);
    expect(leaders(cluster)).toEqual([]);
  });

  test('R4 a learner does not campaign, and still answers those who do', () => {
    const cluster = new TestCluster([1, 2, 3, 4], {}, { ...voters(1, 2, 3), learners: [4] });
    cluster.node(4).campaign();
    expect(cluster.node(4).basicStatus().role).toBe('follower');
    cluster
      .node(4)
      .step({ type: 'vote', from: 1, to: 4, term: 3, index: 0, logTerm: 0, force: false });
    cluster.at(4).settle();
    expect(cluster.at(4).outbox).toMatchObject([{ type: 'vote-response', reject: false }]);
  });
});

test.each<[name: string, change: unknown]>([
  ['an unknown type', { type: 'promote-node', nodeId: 2 }],
  ['no type', { nodeId: 2 }],
  ['an id of 0', { type: 'add-node', nodeId: 0 }],
  ['an id of 1.5', { type: 'add-learner-node', nodeId: 1.5 }],
  ['an id that is no number', { type: 'remove-node', nodeId: '2' }],
  ['an unknown transition', { transition: 'at-once', changes: [], context: new Uint8Array(0) }],
  [
    'more changes than an entry has room for',
    {
      transition: 'joint-implicit',
      changes: Array.from({ length: 256 }, (_, at) => ({ type: 'update-node', nodeId: at + 1 })),
      context: new Uint8Array(0),
    },
  ],
])('A20 a change of the configuration with %s is refused, and nothing is appended', (_, change) => {
  const cluster = new TestCluster([1, 2, 3]);
  cluster.elect(1);
  const { lastIndex } = cluster.node(1).basicStatus();
  expect(cluster.node(1).proposeConfChange(change as ConfChangeSingle)).toEqual({
    ok: false,
    reason: 'conf-change-invalid',
    leader: 1,
  });
  expect(cluster.node(1).basicStatus().lastIndex).toBe(lastIndex);
});
