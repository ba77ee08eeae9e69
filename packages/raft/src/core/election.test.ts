import { describe, expect, test } from 'vitest';
import { MemoryStorage } from './log/memory-storage.ts';
import { log, TestCluster, TestReplica, text, voters } from './testing/cluster.ts';
import { type Message, NONE, type Role } from './types.ts';

const roleOf = (cluster: TestCluster, id: number): Role => cluster.node(id).basicStatus().role;
const leaders = (cluster: TestCluster): number[] =>
  [...cluster.replicas.keys()].filter((id) => roleOf(cluster, id) === 'leader');

/** A replica of term 3 in the given role, with replicas 1 to 3. */
function inRole(role: Role): TestReplica {
  const storage = new MemoryStorage(voters(1, 2, 3));
  storage.setHardState({
    term: role === 'follower' || role === 'pre-candidate' ? 3 : 2,
    vote: 0,
    commit: 0,
  });
  const replica = new TestReplica(
    { id: 1, preVote: role === 'pre-candidate' || role === 'follower' },
    voters(1, 2, 3),
    storage,
  );
  if (role !== 'follower') replica.node.campaign();
  replica.settle();
  if (role === 'leader') {
    replica.node.step({ type: 'vote-response', from: 2, to: 1, term: 3, reject: false });
    replica.settle();
  }
  replica.outbox.length = 0;
  expect(replica.node.basicStatus()).toMatchObject({ role, term: 3 });
  return replica;
}

const ROLES = ['follower', 'pre-candidate', 'candidate', 'leader'] as const;
const vote = (term: number, from = 2, index = 10, logTerm = 2): Message => ({
  type: 'vote',
  from,
  to: 1,
  term,
  index,
  logTerm,
  force: false,
});

describe('terms', () => {
  test.each(ROLES)('A1 a %s that hears of a later term follows it', (role) => {
    const replica = inRole(role);
    replica.node.step({
      type: 'append',
      from: 2,
      to: 1,
      term: 4,
      index: 0,
      logTerm: 0,
      entries: [],
      commit: 0,
    });
    expect(replica.node.basicStatus()).toMatchObject({
      role: 'follower',
      term: 4,
      leader: 2,
      vote: NONE,
    });
  });

  test.each(ROLES)('A1 a %s ignores answers of an earlier term', (role) => {
    const replica = inRole(role);
    const before = replica.node.status();
    replica.node.step({ type: 'vote-response', from: 2, to: 1, term: 2, reject: false });
    replica.node.step({
      type: 'append-response',
      from: 2,
      to: 1,
      term: 2,
      index: 1,
      reject: false,
      rejectHint: 0,
      logTerm: 0,
      commit: 0,
    });
    replica.node.step({ type: 'heartbeat-response', from: 2, to: 1, term: 2, readRound: 1 });
    replica.settle();
    expect(replica.node.status()).toEqual(before);
    expect(replica.outbox).toEqual([]);
  });

  test('A1 a leader of an earlier term learns of the newer one and steps down', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.isolate(1);
    cluster.node(3).forgetLeader();
    cluster.elect(2);
    expect(leaders(cluster)).toEqual([1, 2]);
    cluster.heal();
    cluster.tick();
    expect(leaders(cluster)).toEqual([2]);
  });
});

describe('votes', () => {
  test.each([
    { ours: [2], index: 1, term: 2, granted: true, what: 'the same log' },
    { ours: [2], index: 2, term: 2, granted: true, what: 'a longer log of the same term' },
    { ours: [2, 2], index: 1, term: 2, granted: false, what: 'a shorter log of the same term' },
    { ours: [2, 2], index: 1, term: 3, granted: true, what: 'a shorter log of a later term' },
    { ours: [3], index: 9, term: 2, granted: false, what: 'a longer log of an earlier term' },
  ])('A2 a vote for $what: granted $granted', ({ ours, index, term, granted }) => {
    const storage = new MemoryStorage(voters(1, 2, 3));
    storage.append(log(...ours));
    storage.setHardState({ term: 3, vote: 0, commit: 0 });
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3), storage);
    replica.node.step(vote(4, 2, index, term));
    replica.settle();
    expect(replica.outbox).toMatchObject([
      { type: 'vote-response', to: 2, term: 4, reject: !granted },
    ]);
  });

  test('A2 one vote per term; it survives stepping down and a restart', () => {
    const storage = new MemoryStorage(voters(1, 2, 3));
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3), storage);
    replica.node.step(vote(5, 2));
    replica.node.step({ type: 'pre-vote-response', from: 3, to: 1, term: 5, reject: true });
    replica.node.step(vote(5, 3));
    replica.node.step(vote(5, 2));
    replica.settle();
    expect(replica.outbox.map((m) => [m.to, 'reject' in m && m.reject])).toEqual([
      [2, false],
      [3, true],
      [2, false],
    ]);
    const again = new TestReplica({ id: 1 }, voters(1, 2, 3), storage);
    again.node.step(vote(5, 3));
    again.settle();
    expect(again.outbox).toMatchObject([{ to: 3, reject: true }]);
  });

  test('A2 a candidate that steps down in its term keeps its vote for itself', () => {
    const replica = inRole('candidate');
    for (const from of [2, 3])
      replica.node.step({ type: 'vote-response', from, to: 1, term: 3, reject: true });
    expect(replica.node.basicStatus()).toMatchObject({ role: 'follower', term: 3, vote: 1 });
    replica.node.step(vote(3, 2));
    replica.settle();
    expect(replica.outbox).toMatchObject([{ type: 'vote-response', reject: true }]);
  });

  test('A3 timeouts are spread over [n, 2n - 1] ticks and use the injected randomness only', () => {
    const at = (draw: number): number => {
      const replica = new TestReplica(
        { id: 1, random: (bound) => Math.min(draw, bound - 1) },
        voters(1, 2, 3),
      );
      for (let ticks = 1; ; ticks += 1) {
        replica.node.tick();
        if (replica.node.basicStatus().role !== 'follower') return ticks;
      }
    };
    expect([0, 4, 9].map(at)).toEqual([10, 14, 19]);
  });

  test('A3 a split vote is resolved by the next election', () => {
    const cluster = new TestCluster([1, 2, 3], { preVote: false });
    cluster.filter = ({ from, to }) => from !== 3 && to !== 3;
    cluster.node(1).campaign();
    cluster.node(2).campaign();
    cluster.settle();
    expect(leaders(cluster)).toEqual([]);
    cluster.node(1).setRandomizedElectionTimeout(10);
    cluster.node(2).setRandomizedElectionTimeout(15);
    cluster.tick(12);
    expect(leaders(cluster)).toEqual([1]);
  });
});

describe('pre-vote', () => {
  test('A9 being asked and asking change neither term nor vote nor commit', () => {
    const replica = inRole('follower');
    replica.node.step({
      type: 'pre-vote',
      from: 2,
      to: 1,
      term: 9,
      index: 0,
      logTerm: 0,
      force: false,
    });
    replica.node.campaign();
    replica.settle();
    expect(replica.node.basicStatus()).toMatchObject({
      term: 3,
      vote: NONE,
      commit: 0,
      role: 'pre-candidate',
    });
    expect(
      replica.outbox.find(({ to, type }) => to === 2 && type === 'pre-vote-response'),
    ).toMatchObject({ type: 'pre-vote-response', term: 9, reject: false });
  });

  test('A9 an isolated replica returns without a new term and without an election', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    const { term } = cluster.node(1).basicStatus();
    cluster.isolate(3);
    cluster.tick(100);
    expect(cluster.node(3).basicStatus()).toMatchObject({ term, role: 'pre-candidate' });
    cluster.heal();
    cluster.tick(30);
    expect(leaders(cluster)).toEqual([1]);
    for (const id of [1, 2, 3]) expect(cluster.node(id).basicStatus().term).toBe(term);
  });

  test('A9 a pre-candidate with less log is refused by those who have more', () => {
    const cluster = new TestCluster([1, 2, 3], { checkQuorum: false });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.node(1).propose(text('x'));
    cluster.settle();
    cluster.heal();
    cluster.filter = ({ from, to }) => from !== 1 && to !== 1;
    cluster.node(3).campaign();
    cluster.settle();
    expect(roleOf(cluster, 3)).toBe('pre-candidate');
    expect(cluster.node(3).basicStatus().term).toBe(1);
  });
});

describe('check of the quorum', () => {
  test('A10 a leader that hears from no quorum steps down', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.isolate(1);
    for (let t = 0; t < 20; t += 1) {
      cluster.node(1).tick();
      cluster.at(1).settle();
    }
    expect(roleOf(cluster, 1)).not.toBe('leader');
  });

  test('A10 a leader with a quorum stays', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.isolate(3);
    cluster.tick(50);
    expect(roleOf(cluster, 1)).toBe('leader');
  });

  test('A10 a voter that hears from a leader helps no other to depose it, except in a transfer', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.tick();
    const replica = cluster.at(2);
    const ask = { type: 'vote', from: 3, to: 2, term: 9, index: 99, logTerm: 9 } as const;
    replica.node.step({ ...ask, force: false });
    expect(replica.node.basicStatus()).toMatchObject({ term: 1, leader: 1 });
    replica.node.step({ ...ask, force: true });
    expect(replica.node.basicStatus()).toMatchObject({ term: 9, vote: 3 });
  });

  test('A10 a candidate stuck in a higher term is freed', () => {
    const cluster = new TestCluster([1, 2, 3], { preVote: false });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.node(3).campaign();
    cluster.at(3).settle();
    cluster.node(3).campaign();
    cluster.at(3).settle();
    expect(cluster.node(3).basicStatus().term).toBe(3);
    cluster.heal();
    cluster.tick(40);
    expect(leaders(cluster)).toHaveLength(1);
    const terms = [1, 2, 3].map((id) => cluster.node(id).basicStatus().term);
    expect(new Set(terms).size).toBe(1);
  });
});

describe('a hint that the leader is gone', () => {
  test('R5 forgets the leader: an election succeeds at once', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.tick();
    cluster.isolate(1);
    cluster.node(2).campaign();
    cluster.settle();
    expect(roleOf(cluster, 2)).toBe('pre-candidate');
    cluster.node(3).forgetLeader();
    cluster.node(2).campaign();
    cluster.settle();
    expect(roleOf(cluster, 2)).toBe('leader');
  });

  test('R5 is taken back by the next word of the leader', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.node(2).forgetLeader();
    expect(cluster.node(2).basicStatus().leader).toBe(NONE);
    cluster.tick();
    expect(cluster.node(2).basicStatus().leader).toBe(1);
    expect(leaders(cluster)).toEqual([1]);
  });
});
