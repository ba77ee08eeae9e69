import { describe, expect, test } from 'vitest';
import { MemoryStorage } from './log/memory-storage.ts';
import { entry, log, TestCluster, TestReplica, text, voters } from './testing/cluster.ts';

const commits = (cluster: TestCluster): number[] =>
  [...cluster.replicas.values()].map(({ node }) => node.basicStatus().commit);

const withLog = (terms: readonly number[], term = Math.max(0, ...terms)): MemoryStorage => {
  const storage = new MemoryStorage(voters(1, 2, 3));
  storage.append(log(...terms));
  storage.setHardState({ term, vote: 0, commit: 0 });
  return storage;
};

describe('commit', () => {
  test('A4 entries of an earlier term are committed only with one of the own', () => {
    // Figure 8: entry 2 of term 2 is on a majority and may yet be replaced.
    const cluster = new TestCluster([1, 2, 3]);
    for (const id of [1, 2, 3])
      cluster.replicas.set(id, new TestReplica({ id }, voters(1, 2, 3), withLog([1, 2])));
    const leader = cluster.at(1);
    leader.node.campaign();
    cluster.settle();
    expect(leader.node.basicStatus()).toMatchObject({ role: 'leader', term: 3, commit: 3 });

    const alone = new TestReplica({ id: 1, preVote: false }, voters(1, 2, 3), withLog([1, 2]));
    alone.node.campaign();
    alone.settle();
    alone.node.step({ type: 'vote-response', from: 2, to: 1, term: 3, reject: false });
    alone.settle();
    const answer = {
      type: 'append-response',
      from: 2,
      to: 1,
      term: 3,
      reject: false,
      rejectHint: 0,
      logTerm: 0,
      commit: 0,
    } as const;
    alone.node.step({ ...answer, index: 2 });
    expect(alone.node.basicStatus().commit).toBe(0);
    alone.node.step({ ...answer, index: 3 });
    expect(alone.node.basicStatus().commit).toBe(3);
  });

  test('A6 a follower commits no further than the append has proved', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3), withLog([1, 1, 1]));
    const append = { type: 'append', from: 2, to: 1, term: 1, index: 1, logTerm: 1 } as const;
    replica.node.step({ ...append, entries: [], commit: 3 });
    expect(replica.node.basicStatus().commit).toBe(1);
    replica.node.step({ ...append, entries: [entry(2, 1)], commit: 3 });
    expect(replica.node.basicStatus().commit).toBe(2);
    replica.settle();
    expect(replica.outbox.map((m) => 'index' in m && m.index)).toEqual([1, 2]);
  });

  test('A6 a heartbeat tells no more of the commit than the follower is known to have', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.isolate(3);
    cluster.node(1).propose(text('x'));
    cluster.settle();
    cluster.node(1).tick();
    const heartbeats = cluster
      .at(1)
      .take()
      ?.messages.filter(({ type }) => type === 'heartbeat');
    expect(heartbeats).toMatchObject([
      { to: 2, commit: 2 },
      { to: 3, commit: 1 },
    ]);
  });

  test('A6 a matching append with an old tail keeps what is behind it', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3), withLog([1, 1, 1]));
    replica.node.step({
      type: 'append',
      from: 2,
      to: 1,
      term: 1,
      index: 0,
      logTerm: 0,
      entries: log(1),
      commit: 0,
    });
    expect(replica.node.basicStatus().lastIndex).toBe(3);
  });
});

describe('divergent logs', () => {
  const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  test.each([
    { name: 'a: one entry is missing', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6] },
    { name: 'b: many are missing', terms: [1, 1, 1, 4] },
    { name: 'c: one too many of its own term', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6] },
    { name: 'd: a later term', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7] },
    { name: 'e: missing and too many', terms: [1, 1, 1, 4, 4, 4, 4] },
    { name: 'f: terms that no other has', terms: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
  ])('A5 repaired, figure 7 $name', ({ terms }) => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.replicas.set(1, new TestReplica({ id: 1 }, voters(1, 2, 3), withLog(leaderLog, 8)));
    cluster.replicas.set(2, new TestReplica({ id: 2 }, voters(1, 2, 3), withLog(terms, 8)));
    cluster.replicas.set(3, new TestReplica({ id: 3 }, voters(1, 2, 3), withLog([], 8)));
    cluster.elect(1);
    cluster.tick(2);
    const logs = [1, 2, 3].map((id) =>
      cluster
        .at(id)
        .storage.entries(1, 12, 1e6)
        .map(({ term }) => term),
    );
    expect(logs[0]).toEqual([...leaderLog, 9]);
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).toEqual(logs[0]);
  });

  test('A5 the hint skips whole terms: few rounds, not one per entry', () => {
    const cluster = new TestCluster([1, 2, 3]);
    const shared = Array<number>(20).fill(1);
    cluster.replicas.set(
      1,
      new TestReplica(
        { id: 1 },
        voters(1, 2, 3),
        withLog([...shared, ...Array<number>(500).fill(3)], 5),
      ),
    );
    cluster.replicas.set(
      2,
      new TestReplica(
        { id: 2 },
        voters(1, 2, 3),
        withLog([...shared, ...Array<number>(400).fill(2)], 5),
      ),
    );
    let rejections = 0;
    cluster.filter = (message) => {
      if (message.type === 'append-response' && message.reject && message.from === 2)
        rejections += 1;
      return true;
    };
    cluster.elect(1);
    expect(cluster.node(2).basicStatus().lastIndex).toBe(521);
    expect(rejections).toBeLessThanOrEqual(3);
  });

  test('A5 appends that arrive in the wrong order, or twice, end in the same log', () => {
    const cluster = new TestCluster([1, 2, 3], { appendBytesMax: 1 });
    cluster.elect(1);
    for (let i = 0; i < 6; i += 1) cluster.node(1).propose(text(`${i}`));
    cluster.at(1).settle();
    const appends = cluster
      .at(1)
      .outbox.splice(0)
      .filter(({ to }) => to === 2);
    expect(appends.length).toBe(6);
    for (const message of [...appends].reverse()) cluster.node(2).step(message);
    for (const message of appends) cluster.node(2).step(message);
    cluster.settle();
    cluster.tick(3);
    expect(cluster.node(2).basicStatus()).toMatchObject({ lastIndex: 7, commit: 7 });
  });
});

describe('flow control', () => {
  const stalled = (inflightMessagesMax = 4): TestCluster => {
    const cluster = new TestCluster([1, 2, 3], { inflightMessagesMax, appendBytesMax: 1 });
    cluster.elect(1);
    cluster.isolate(2);
    for (let i = 0; i < 20; i += 1) cluster.node(1).propose(text(`${i}`));
    cluster.settle();
    return cluster;
  };

  test('A16 the window bounds what is sent without an answer', () => {
    const cluster = stalled();
    expect(cluster.node(1).status().progress.get(2)).toMatchObject({
      state: 'replicate',
      inflight: 4,
      paused: true,
    });
  });

  test('A16 a window whose appends were all lost recovers by heartbeats', () => {
    const cluster = stalled();
    cluster.heal();
    cluster.tick(8);
    expect(commits(cluster)).toEqual([21, 21, 21]);
  });

  test('A16 a window whose answers were all lost recovers by heartbeats', () => {
    const cluster = new TestCluster([1, 2, 3], { inflightMessagesMax: 2, appendBytesMax: 1 });
    cluster.elect(1);
    cluster.filter = ({ type, from }) => !(type === 'append-response' && from === 2);
    for (let i = 0; i < 20; i += 1) cluster.node(1).propose(text(`${i}`));
    cluster.settle();
    cluster.heal();
    cluster.tick(8);
    expect(commits(cluster)).toEqual([21, 21, 21]);
  });

  test('A16 late answers of old windows begin one new window, not one each, until a heartbeat is answered', () => {
    const leader = new TestReplica({ id: 1, appendBytesMax: 1 }, voters(1, 2, 3));
    leader.node.campaign();
    for (const type of ['pre-vote-response', 'vote-response'] as const) {
      leader.settle();
      leader.node.step({ type, from: 2, to: 1, term: 1, reject: false });
    }
    const answer = { type: 'append-response', from: 2, to: 1, term: 1, commit: 0 } as const;
    const accept = (index: number): void => {
      leader.node.step({ ...answer, index, reject: false, rejectHint: 0, logTerm: 0 });
      leader.settle();
    };
    const reject = (index: number): void => {
      leader.node.step({ ...answer, index, reject: true, rejectHint: 1, logTerm: 0 });
      leader.settle();
    };
    accept(1);
    for (let i = 0; i < 20; i += 1) leader.node.propose(text(`${i}`));
    leader.settle();
    leader.outbox.length = 0;
    // The appends arrive in another order: of each two one is rejected and one is new.
    for (let index = 2; index < 20; index += 1) {
      reject(20);
      accept(index);
    }
    expect(leader.outbox.length).toBeLessThan(40);
    expect(leader.node.status().progress.get(2)).toMatchObject({ state: 'probe', match: 19 });
    const { term } = leader.node.basicStatus();
    leader.outbox.length = 0;
    leader.node.step({ type: 'heartbeat-response', from: 2, to: 1, term, readRound: 0 });
    leader.settle();
    expect(leader.outbox).toMatchObject([{ type: 'append', to: 2, index: 19 }]);
    accept(21);
    expect(leader.node.status().progress.get(2)).toMatchObject({ state: 'replicate', match: 21 });
  });

  test('A16 the window is bounded in bytes too, and one large entry passes', () => {
    const cluster = new TestCluster([1, 2, 3], {
      inflightBytesMax: 1000,
      appendBytesMax: 100,
      uncommittedBytesMax: 1e9,
    });
    cluster.elect(1);
    cluster.isolate(2);
    for (let i = 0; i < 50; i += 1) cluster.node(1).propose(text('y'.repeat(80)));
    cluster.node(1).propose(text('z'.repeat(5000)));
    cluster.settle();
    expect(cluster.node(1).status().progress.get(2)?.inflight).toBeLessThanOrEqual(11);
    cluster.heal();
    cluster.tick(8);
    expect(commits(cluster)).toEqual([52, 52, 52]);
  });

  test('A16 an unreachable replica is probed and resumes', () => {
    const cluster = stalled();
    cluster.node(1).reportUnreachable(2);
    expect(cluster.node(1).status().progress.get(2)).toMatchObject({ state: 'probe', inflight: 0 });
    cluster.heal();
    cluster.tick(2);
    expect(cluster.node(1).status().progress.get(2)).toMatchObject({
      state: 'replicate',
      match: 21,
    });
  });

  test('A16 a replica that has everything leaves the probe too', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.node(1).reportUnreachable(2);
    cluster.tick(2);
    expect(cluster.node(1).status().progress.get(2)?.state).toBe('replicate');
  });

  test('A16 a follower that missed the commit learns it', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.node(1).propose(text('x'));
    cluster.deliver();
    cluster.deliver();
    cluster.filter = () => false;
    cluster.settle();
    expect(commits(cluster)[0]).toBe(2);
    cluster.heal();
    cluster.tick(2);
    expect(commits(cluster)).toEqual([2, 2, 2]);
  });
});

describe('the uncommitted tail', () => {
  test('A18 is bounded without a quorum, and proposals are refused instead of kept', () => {
    const cluster = new TestCluster([1, 2, 3], { uncommittedBytesMax: 1000, checkQuorum: false });
    cluster.elect(1);
    cluster.isolate(1);
    const results = Array.from({ length: 100 }, () => {
      const result = cluster.node(1).propose(text('y'.repeat(76)));
      cluster.settle();
      return result;
    });
    expect(results.filter(({ ok }) => ok)).toHaveLength(10);
    expect(results.at(-1)).toEqual({ ok: false, reason: 'uncommitted-limit', leader: 1 });
    expect(cluster.node(1).basicStatus().lastIndex).toBe(11);
    cluster.heal();
    cluster.tick(3);
    expect(cluster.node(1).propose(text('again')).ok).toBe(true);
  });

  test('A18 one entry above the limit is taken when nothing else is uncommitted', () => {
    const cluster = new TestCluster([1, 2, 3], { uncommittedBytesMax: 100 });
    cluster.elect(1);
    expect(cluster.node(1).propose(text('y'.repeat(500))).ok).toBe(true);
    expect(cluster.node(1).propose(text('y')).ok).toBe(false);
    cluster.settle();
    expect(cluster.node(1).propose(text('y')).ok).toBe(true);
  });
});
