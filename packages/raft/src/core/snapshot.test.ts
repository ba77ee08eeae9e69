import { expect, test } from 'vitest';
import { MemoryStorage } from './log/memory-storage.ts';
import { RaftLog } from './log/raft-log.ts';
import { log, TestCluster, TestReplica, text, voters } from './testing/cluster.ts';
import type { Message } from './types.ts';

const conf = voters(1, 2, 3);

/** Replica 3 is behind the log of leader 1, which begins after entry 6. */
function behind(): TestCluster {
  const cluster = new TestCluster([1, 2, 3]);
  cluster.elect(1);
  cluster.isolate(3);
  for (let i = 0; i < 5; i += 1) cluster.node(1).propose(text(`${i}`));
  cluster.settle();
  for (const id of [1, 2]) {
    cluster.at(id).storage.setSnapshot({ index: 6, term: 1, confState: conf });
    cluster.at(id).storage.compact(6);
  }
  cluster.heal();
  return cluster;
}

const snapshot = (index: number, term = 1, from = 2): Message => ({
  type: 'snapshot',
  from,
  to: 1,
  term,
  snapshot: { index, term, confState: conf },
});

test('A17 a replica behind the log is sent a snapshot, then the rest', () => {
  const cluster = behind();
  cluster.node(1).propose(text('more'));
  cluster.tick(2);
  expect(cluster.node(3).basicStatus()).toMatchObject({ lastIndex: 7, commit: 7, applied: 7 });
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({ state: 'replicate', match: 7 });
});

test('A17 nothing else is sent while a snapshot is on its way', () => {
  const cluster = behind();
  cluster.filter = ({ type }) => type !== 'snapshot';
  cluster.tick(2);
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({
    state: 'snapshot',
    pendingSnapshot: 6,
  });
  const seen: string[] = [];
  cluster.filter = (message) => {
    if (message.to === 3) seen.push(message.type);
    return true;
  };
  cluster.node(1).propose(text('x'));
  cluster.tick(3);
  expect(new Set(seen)).toEqual(new Set(['heartbeat']));
});

test('A17 a snapshot that failed is tried again after a heartbeat', () => {
  const cluster = behind();
  cluster.filter = ({ type }) => type !== 'snapshot';
  cluster.tick(2);
  cluster.node(1).reportSnapshot(3, 'failure');
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({
    state: 'probe',
    next: 2,
    paused: true,
  });
  cluster.heal();
  cluster.tick(3);
  expect(cluster.node(3).basicStatus().commit).toBe(6);
});

test('A17 a snapshot that was sent is followed by a probe behind it', () => {
  const cluster = behind();
  cluster.filter = (message) =>
    !(message.type === 'append-response' && message.from === 3 && !message.reject);
  cluster.tick(2);
  cluster.node(1).reportSnapshot(3, 'finish');
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({
    state: 'probe',
    next: 7,
    paused: true,
  });
  cluster.heal();
  cluster.tick(2);
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({ state: 'replicate', match: 6 });
});

test('A17 any answer that connects with the log ends the waiting for a snapshot', () => {
  const cluster = behind();
  cluster.filter = ({ type }) => type !== 'snapshot';
  cluster.tick(2);
  const answer = {
    type: 'append-response',
    from: 3,
    to: 1,
    term: 1,
    reject: false,
    rejectHint: 0,
    logTerm: 0,
    commit: 0,
  } as const;
  cluster.node(1).step({ ...answer, index: 4 });
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({ state: 'snapshot', match: 4 });
  cluster.node(1).step({ ...answer, index: 6 });
  expect(cluster.node(1).status().progress.get(3)).toMatchObject({
    state: 'replicate',
    match: 6,
    next: 7,
  });
});

test('A17 a replica that was not heard of is sent no snapshot', () => {
  const cluster = behind();
  cluster.isolate(3);
  cluster.tick(25);
  cluster.node(1).reportUnreachable(3);
  cluster.node(1).propose(text('x'));
  cluster.tick(3);
  expect(cluster.node(1).status().progress.get(3)?.state).toBe('probe');
});

test('A17 a snapshot behind the commit index changes nothing and is answered with it', () => {
  const storage = new MemoryStorage(conf);
  storage.append(log(1, 1, 1));
  storage.setHardState({ term: 1, vote: 0, commit: 3 });
  const replica = new TestReplica({ id: 1 }, conf, storage);
  replica.node.step(snapshot(2));
  replica.settle();
  expect(replica.outbox).toMatchObject([{ type: 'append-response', index: 3, reject: false }]);
  expect(storage.firstIndex()).toBe(1);
});

test('A17 a snapshot of an entry that the log has only moves the commit index', () => {
  const storage = new MemoryStorage(conf);
  storage.append(log(1, 1, 1, 1));
  storage.setHardState({ term: 1, vote: 0, commit: 1 });
  const replica = new TestReplica({ id: 1 }, conf, storage);
  replica.node.step(snapshot(3));
  const ready = replica.take();
  expect(ready?.snapshot).toBeNull();
  expect(replica.node.basicStatus()).toMatchObject({ commit: 3, lastIndex: 4 });
});

test('A17 a snapshot with another term at its index replaces the whole log', () => {
  const storage = new MemoryStorage(conf);
  storage.append(log(1, 1, 1, 1));
  storage.setHardState({ term: 1, vote: 0, commit: 1 });
  const replica = new TestReplica({ id: 1 }, conf, storage);
  replica.node.step(snapshot(3, 2));
  replica.settle();
  expect(replica.node.basicStatus()).toMatchObject({ commit: 3, applied: 3, lastIndex: 3 });
  expect(storage.term(3)).toBe(2);
});

test('A17 nothing is applied, and no leader is elected, while a snapshot is being installed', () => {
  const replica = new TestReplica({ id: 1 }, conf);
  replica.node.step(snapshot(5));
  replica.node.step({
    type: 'append',
    from: 2,
    to: 1,
    term: 1,
    index: 5,
    logTerm: 1,
    commit: 6,
    entries: [{ index: 6, term: 1, type: 'normal', data: text('x') }],
  });
  const ready = replica.take();
  expect(ready).toMatchObject({
    snapshot: { index: 5 },
    entries: [{ index: 6 }],
    committedEntries: [],
  });
  replica.node.campaign();
  expect(replica.node.basicStatus().role).toBe('follower');
  replica.written();
  expect(replica.take()?.committedEntries).toMatchObject([{ index: 6 }]);
});

test('A17 the configuration comes with the snapshot, joint ones too', () => {
  const replica = new TestReplica({ id: 1 }, voters(1));
  const confState = {
    voters: [1, 4],
    votersOutgoing: [1, 2, 3],
    learners: [5],
    learnersNext: [3],
    autoLeave: true,
  };
  replica.node.step({
    type: 'snapshot',
    from: 2,
    to: 1,
    term: 1,
    snapshot: { index: 5, term: 1, confState },
  });
  // In force with the state machine's copy of it, and not before.
  expect(replica.node.status().confState).toEqual(voters(1));
  replica.node.advanceAppend(replica.node.ready());
  expect(replica.node.status().confState).toEqual(confState);
});

test('A17 a snapshot from before this replica was added is taken: the log adds it later', () => {
  const replica = new TestReplica({ id: 1 }, voters(1));
  replica.node.step({
    type: 'snapshot',
    from: 2,
    to: 1,
    term: 1,
    snapshot: { index: 5, term: 1, confState: voters(2, 3) },
  });
  expect(replica.node.basicStatus().lastIndex).toBe(5);
  replica.node.campaign();
  expect(replica.node.basicStatus().role).toBe('follower');
});

test('A17 a snapshot that is older than where the log begins is of no use and not sent', () => {
  const cluster = behind();
  cluster.at(1).storage.setSnapshot({ index: 3, term: 1, confState: conf });
  let snapshots = 0;
  cluster.filter = ({ type }) => {
    if (type === 'snapshot') snapshots += 1;
    return true;
  };
  cluster.tick(5);
  expect(snapshots).toBe(0);
  cluster.at(1).storage.setSnapshot({ index: 6, term: 1, confState: conf });
  cluster.tick(3);
  expect(cluster.node(3).basicStatus().commit).toBe(6);
});

test('A17 a log in memory refuses a snapshot that it has passed', () => {
  const confState = voters(1, 2, 3);
  const storage = new MemoryStorage(confState);
  storage.applySnapshot({ index: 9, term: 2, confState });
  storage.append([{ index: 10, term: 2, type: 'normal', data: text('x') }]);
  expect(() => storage.applySnapshot({ index: 8, term: 2, confState })).toThrow('outdated');
  expect([storage.firstIndex(), storage.lastIndex()]).toEqual([10, 10]);
  storage.applySnapshot({ index: 12, term: 3, confState });
  expect([storage.firstIndex(), storage.lastIndex()]).toEqual([13, 12]);
});

test('a storage that gives no entries where it has some is a fault, not an endless loop', () => {
  class Empty extends MemoryStorage {
    override entries(): readonly [] {
      return [];
    }
  }
  const storage = new Empty(voters(1));
  storage.append([{ index: 1, term: 1, type: 'normal', data: text('x') }]);
  const raftLog = new RaftLog(storage, 0);
  expect(() => raftLog.slice(1, 2, 1_000)).toThrow('gave no entry 1');
});
