import { expect, test } from 'vitest';
import { MemoryStorage } from './log/memory-storage.ts';
import { entry, log, TestCluster, TestReplica, text, voters } from './testing/cluster.ts';
import type { Message } from './types.ts';

const follower = (...terms: readonly number[]): TestReplica => {
  const storage = new MemoryStorage(voters(1, 2, 3));
  storage.append(log(...terms));
  storage.setHardState({ term: 3, vote: 0, commit: 0 });
  return new TestReplica({ id: 1 }, voters(1, 2, 3), storage);
};
const hint = (index: number, logTerm: number, term = 3): Message => ({
  type: 'commit-hint',
  from: 2,
  to: 1,
  term,
  index,
  logTerm,
});

test('R12 a committed entry that the log has is committed, whatever the term of who says so', () => {
  for (const term of [1, 3, 9]) {
    const replica = follower(1, 1, 2);
    replica.node.step(hint(2, 1, term));
    expect(replica.node.basicStatus()).toMatchObject({ commit: 2, term: 3 });
  }
});

test('R12 of an entry that the log has not, or with another term, nothing is believed', () => {
  const replica = follower(1, 1, 2);
  for (const [index, logTerm] of [
    [2, 2],
    [3, 1],
    [4, 2],
    [9, 3],
  ] as const)
    replica.node.step(hint(index, logTerm));
  expect(replica.node.basicStatus().commit).toBe(0);
});

test('R12 a hint never takes a commit back', () => {
  const replica = follower(1, 1, 2);
  replica.node.step(hint(3, 2));
  replica.node.step(hint(1, 1));
  expect(replica.node.basicStatus().commit).toBe(3);
});

test('R12 what a hint commits is applied only when the own disk has it', () => {
  const replica = follower(1);
  replica.node.step({
    type: 'append',
    from: 2,
    to: 1,
    term: 3,
    index: 1,
    logTerm: 1,
    entries: [entry(2, 3)],
    commit: 0,
  });
  replica.node.step(hint(2, 3));
  expect(replica.take()?.committedEntries.map(({ index }) => index)).toEqual([1]);
  replica.written();
  expect(replica.take()?.committedEntries.map(({ index }) => index)).toEqual([2]);
});

test('R12 the last voter learns that it is the last from the leader that removed itself with a longer log', () => {
  const cluster = new TestCluster([1, 2], {}, voters(1, 2));
  cluster.elect(1);
  // The removal reaches replica 2, its commit does not, nor what the leader appended behind it.
  cluster.node(1).proposeConfChange({ type: 'remove-node', nodeId: 1 });
  cluster.at(1).settle();
  cluster.filter = (message) => message.type !== 'append' || message.commit < 2;
  for (const message of cluster.at(1).outbox.splice(0)) cluster.node(message.to).step(message);
  cluster.at(2).settle();
  cluster.node(1).propose(text('never acknowledged'));
  cluster.at(1).take();
  cluster.filter = ({ to, type }) =>
    to !== 2 || type === 'commit-hint' || type.endsWith('vote-response');
  cluster.settle();
  expect(cluster.node(1).basicStatus()).toMatchObject({
    role: 'follower',
    commit: 2,
    lastIndex: 3,
  });
  expect(cluster.node(2).basicStatus()).toMatchObject({ lastIndex: 2, commit: 1 });
  cluster.tick(60);
  expect(cluster.node(2).status()).toMatchObject({ role: 'leader', confState: { voters: [2] } });
});
