import { describe, expect, test } from 'vitest';
import { TestCluster, TestReplica, text, voters } from '../testing/cluster.ts';
import type { Message } from '../types.ts';

const three = (): TestCluster => {
  const cluster = new TestCluster([1, 2, 3]);
  cluster.elect(1);
  return cluster;
};

describe('before the first commit of the term', () => {
  const early = (): TestReplica => {
    const replica = new TestReplica({ id: 1, preVote: false }, voters(1, 2, 3));
    replica.node.campaign();
    replica.settle();
    replica.node.step({ type: 'vote-response', from: 2, to: 1, term: 1, reject: false });
    replica.settle();
    replica.node.readIndex(5);
    replica.settle();
    return replica;
  };

  test('A11 a read waits for the first commit of the term', () => {
    const replica = early();
    replica.node.step({ type: 'heartbeat-response', from: 2, to: 1, term: 1, readRound: 0 });
    replica.settle();
    expect(replica.reads).toEqual([]);
    replica.node.step({
      type: 'append-response',
      from: 2,
      to: 1,
      term: 1,
      index: 1,
      reject: false,
      rejectHint: 0,
      logTerm: 0,
      commit: 0,
    });
    replica.settle();
    expect(replica.reads).toEqual([]);
    const round = replica.outbox.findLast((m) => m.type === 'heartbeat');
    replica.node.step({
      type: 'heartbeat-response',
      from: 2,
      to: 1,
      term: 1,
      readRound: round?.readRound ?? 0,
    });
    replica.settle();
    expect(replica.reads).toEqual([{ requestId: 5, status: 'ok', index: 1 }]);
  });

  test('A11 a read that waits for a commit that never comes is dropped with the leadership', () => {
    const replica = early();
    for (let i = 0; i < 20; i += 1) replica.node.tick();
    replica.settle();
    expect(replica.reads).toEqual([{ requestId: 5, status: 'dropped' }]);
  });
});

describe('rounds', () => {
  test('A12 an answer to an earlier round does not confirm a later read', () => {
    const cluster = three();
    const leader = cluster.at(1);
    leader.node.readIndex(1);
    leader.settle();
    const first = leader.outbox.splice(0).filter((m) => m.type === 'heartbeat');
    for (const message of first) cluster.node(message.to).step(message);
    const late: Message[] = [];
    for (const id of [2, 3]) {
      cluster.at(id).settle();
      late.push(...cluster.at(id).outbox.splice(0));
    }
    expect(late).toHaveLength(2);
    leader.node.readIndex(2);
    leader.settle();
    for (const message of late) leader.node.step(message);
    leader.settle();
    expect(leader.reads).toEqual([{ requestId: 1, status: 'ok', index: 1 }]);
  });

  test('A12 every round, also a repeated one, has a number of its own', () => {
    const cluster = three();
    const rounds: number[] = [];
    cluster.filter = (message) => {
      if (message.type === 'heartbeat' && message.to === 2) rounds.push(message.readRound);
      return message.type !== 'heartbeat';
    };
    cluster.node(1).readIndex(1);
    cluster.settle();
    cluster.tick(2);
    cluster.node(1).readIndex(2);
    cluster.settle();
    expect(rounds).toHaveLength(4);
    expect(new Set(rounds).size).toBe(4);
    expect(rounds.every((round) => round > 0)).toBe(true);
  });

  test('A12 reads that come together share one round', () => {
    const cluster = three();
    for (let id = 1; id <= 100; id += 1) cluster.node(1).readIndex(id);
    const ready = cluster.at(1).take();
    expect(ready?.messages.filter(({ type }) => type === 'heartbeat')).toHaveLength(2);
    cluster.settle();
    expect(cluster.at(1).reads).toHaveLength(100);
  });

  test('A12 an answer from before a restart confirms nothing', () => {
    const cluster = three();
    const old: Message[] = [];
    cluster.filter = (message) => {
      if (message.type !== 'read-index-response') return true;
      old.push(message);
      return false;
    };
    cluster.node(2).readIndex(1);
    cluster.settle();
    const { storage } = cluster.at(2);
    cluster.replicas.set(
      2,
      new TestReplica(
        { id: 2, random: (bound) => Math.min(12345, bound - 1) },
        voters(1, 2, 3),
        storage,
      ),
    );
    cluster.tick();
    cluster.node(2).readIndex(1);
    cluster.settle();
    const [first] = old;
    if (first === undefined) throw new Error('the first answer is missing');
    cluster.node(2).step(first);
    cluster.at(2).settle();
    expect(cluster.at(2).reads).toEqual([]);
  });
});

describe('a change of the leader', () => {
  test('A13 an answer that the host has not taken yet is discarded when the term changes', () => {
    const cluster = three();
    cluster.node(2).readIndex(9);
    cluster.deliver();
    cluster.deliver();
    cluster.deliver();
    for (const message of cluster.at(1).outbox.splice(0)) cluster.node(message.to).step(message);
    cluster.at(1).settle();
    for (const message of cluster.at(1).outbox.splice(0)) cluster.node(message.to).step(message);
    cluster.node(2).step({ type: 'heartbeat', from: 3, to: 2, term: 7, commit: 0, readRound: 0 });
    cluster.at(2).settle();
    expect(cluster.at(2).reads).toEqual([{ requestId: 9, status: 'dropped' }]);
  });

  test('A14 reads of a leader that is deposed are dropped, its own and those of followers', () => {
    const cluster = three();
    cluster.filter = ({ type }) => type !== 'heartbeat';
    cluster.node(1).readIndex(1);
    cluster.node(2).readIndex(2);
    cluster.settle();
    cluster.heal();
    cluster.node(1).step({
      type: 'append',
      from: 3,
      to: 1,
      term: 4,
      index: 1,
      logTerm: 1,
      entries: [],
      commit: 1,
    });
    cluster.settle();
    expect(cluster.at(1).reads).toEqual([{ requestId: 1, status: 'dropped' }]);
    expect(cluster.at(2).reads).toEqual([{ requestId: 2, status: 'dropped' }]);
  });

  test('A14 without a leader a read is dropped at once', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    replica.node.readIndex(3);
    replica.settle();
    expect(replica.reads).toEqual([{ requestId: 3, status: 'dropped' }]);
  });

  test('A14 a follower that becomes pre-candidate, or is asked to forget its leader, drops what it asked', () => {
    const cluster = three();
    cluster.isolate(2);
    cluster.node(2).readIndex(1);
    cluster.at(2).settle();
    cluster.node(2).forgetLeader();
    cluster.at(2).settle();
    expect(cluster.at(2).reads).toEqual([{ requestId: 1, status: 'dropped' }]);
    cluster.heal();
    cluster.tick();
    cluster.isolate(2);
    cluster.node(2).readIndex(2);
    cluster.at(2).settle();
    cluster.node(2).campaign();
    cluster.at(2).settle();
    expect(cluster.at(2).reads.at(-1)).toEqual({ requestId: 2, status: 'dropped' });
  });

  test('R7 a question or answer that is lost is given up within two election timeouts', () => {
    const cluster = three();
    cluster.filter = ({ type }) => type !== 'read-index';
    cluster.node(2).readIndex(1);
    cluster.tick(20);
    expect(cluster.at(2).reads).toEqual([{ requestId: 1, status: 'dropped' }]);
    expect(cluster.node(2).basicStatus().leader).toBe(1);
  });

  test('R7 an answer that comes twice, or after the read was given up, is ignored', () => {
    const cluster = three();
    cluster.filter = (message) => {
      if (message.type === 'read-index-response') cluster.node(message.to).step(message);
      return true;
    };
    cluster.node(3).readIndex(4);
    cluster.settle();
    expect(cluster.at(3).reads).toEqual([{ requestId: 4, status: 'ok', index: 1 }]);
  });

  test('A14 a learner reads through the leader; learners are no confirmation', () => {
    const conf = { ...voters(1, 2, 3), learners: [4, 5] };
    const cluster = new TestCluster([1, 2, 3, 4, 5], {}, conf);
    cluster.elect(1);
    cluster.node(4).readIndex(1);
    cluster.settle();
    expect(cluster.at(4).reads).toMatchObject([{ requestId: 1, status: 'ok' }]);
    // Three of five answer, but only one of the three voters.
    const withLearners = [1, 4, 5];
    cluster.filter = ({ from, to }) => withLearners.includes(from) && withLearners.includes(to);
    cluster.node(1).readIndex(2);
    cluster.settle();
    expect(cluster.at(1).reads).toEqual([]);
  });

  test('A14 a single voter answers itself', () => {
    const cluster = new TestCluster([1]);
    cluster.elect(1);
    cluster.node(1).propose(text('x'));
    cluster.settle();
    cluster.node(1).readIndex(1);
    cluster.settle();
    expect(cluster.at(1).reads).toEqual([{ requestId: 1, status: 'ok', index: 2 }]);
  });

  test('R8 reads beyond the limit are dropped at once', () => {
    const cluster = three();
    cluster.filter = () => false;
    for (let id = 1; id <= 10_001; id += 1) cluster.node(1).readIndex(id);
    cluster.at(1).settle();
    expect(cluster.at(1).reads).toEqual([{ requestId: 10_001, status: 'dropped' }]);
  });
});
