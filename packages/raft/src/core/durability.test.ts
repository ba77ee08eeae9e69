import { describe, expect, test } from 'vitest';
import { MemoryStorage } from './log/memory-storage.ts';
import { encodeConfChange } from './membership/conf-change-codec.ts';
import { entry, log, TestCluster, TestReplica, text, voters } from './testing/cluster.ts';
import type { Message } from './types.ts';

const append = (
  term: number,
  index: number,
  logTerm: number,
  entries: ReturnType<typeof log>,
  from = 2,
): Message => ({
  type: 'append',
  from,
  to: 1,
  term,
  index,
  logTerm,
  entries,
  commit: 0,
});
const types = (messages: readonly Message[]): string[] => messages.map(({ type }) => type);

describe('writes under way', () => {
  test('A7 a write that returns after its entries were replaced vouches for the rest only', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    replica.node.step(append(1, 0, 0, log(1, 1, 1)));
    replica.take();
    replica.node.step(append(2, 1, 1, [entry(2, 2)], 3));
    replica.take();
    replica.written();
    // Entry 1 is on disk, the replaced 2 and 3 say nothing about the new 2.
    expect(replica.storage.lastIndex()).toBe(3);
    expect(replica.outbox).toMatchObject([{ to: 2, index: 3 }]);
    replica.written();
    expect(replica.storage.entries(1, 3, 1e6).map(({ term }) => term)).toEqual([1, 2]);
    expect(replica.outbox).toMatchObject([
      { to: 2, term: 1 },
      { to: 3, term: 2, index: 2, reject: false },
    ]);
  });

  test('A7 entries replaced and brought back (ABA) are written again', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    const first = entry(1, 1, 'first');
    replica.node.step(append(1, 0, 0, [first]));
    replica.take();
    replica.node.step(append(2, 0, 0, [entry(1, 2, 'other')], 3));
    replica.take();
    // A leader of term 3 has the first entry after all. Its append comes before any write has returned.
    replica.node.step(append(3, 0, 0, [first]));
    replica.written();
    replica.take();
    replica.written();
    expect(replica.storage.term(1)).toBe(2);
    replica.settle();
    expect(replica.storage.entries(1, 2, 1e6)).toEqual([first]);
  });

  test('A7 a snapshot replaces the log under the writes that are under way', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    replica.node.step(append(1, 0, 0, log(1, 1)));
    replica.take();
    replica.node.step({
      type: 'snapshot',
      from: 2,
      to: 1,
      term: 1,
      snapshot: { index: 9, term: 1, confState: voters(1, 2, 3) },
    });
    replica.settle();
    expect(replica.node.basicStatus()).toMatchObject({ lastIndex: 9, commit: 9, applied: 9 });
    expect(replica.outbox.at(-1)).toMatchObject({ type: 'append-response', index: 9 });
  });

  test('A8 a leader counts its own entry only when its write has returned', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    const leader = cluster.at(1);
    leader.node.propose(text('x'));
    leader.take();
    const sent = leader.outbox.splice(0).filter(({ to }) => to === 2);
    for (const message of sent) cluster.node(2).step(message);
    cluster.at(2).settle();
    // Two of five would not do, two of three do: the leader's own disk is one of them.
    const five = new TestCluster([1, 2, 3, 4, 5]);
    five.elect(1);
    five.filter = ({ from, to }) => [1, 2].includes(from) && [1, 2].includes(to);
    five.node(1).propose(text('x'));
    five.settle();
    expect(five.node(1).basicStatus().commit).toBe(1);
    for (const message of cluster.at(2).outbox.splice(0)) leader.node.step(message);
    expect(leader.node.basicStatus().commit).toBe(1);
    leader.written();
    expect(leader.node.basicStatus().commit).toBe(2);
  });

  test('A8 a write that returns after the leader was deposed counts nothing', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    const { node } = cluster.at(1);
    node.propose(text('x'));
    cluster.at(1).take();
    node.step(append(2, 1, 1, [entry(2, 2)]));
    cluster.at(1).written();
    expect(node.basicStatus()).toMatchObject({ role: 'follower', commit: 1 });
    cluster.at(1).settle();
    expect(node.basicStatus().commit).toBe(1);
    expect(cluster.at(1).storage.term(2)).toBe(2);
  });

  test('A8 a self-vote counts when it is on disk, and in its own election only', () => {
    const replica = new TestReplica({ id: 1, preVote: false }, voters(1, 2, 3));
    replica.node.campaign();
    replica.take();
    replica.node.step({ type: 'vote-response', from: 2, to: 1, term: 1, reject: false });
    expect(replica.node.basicStatus().role).toBe('candidate');
    // The election is lost before the write returns; the vote must not win the next one.
    replica.node.campaign();
    expect(replica.node.basicStatus()).toMatchObject({ term: 2, role: 'candidate' });
    replica.node.step({ type: 'vote-response', from: 3, to: 1, term: 2, reject: false });
    replica.written();
    expect(replica.node.basicStatus().role).toBe('candidate');
    replica.take();
    replica.written();
    expect(replica.node.basicStatus().role).toBe('leader');
  });

  test("A8 a pre-candidate's own word does not count as a candidate's vote", () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3, 4, 5));
    replica.node.campaign();
    replica.take();
    for (const from of [2, 3, 4])
      replica.node.step({ type: 'pre-vote-response', from, to: 1, term: 1, reject: false });
    expect(replica.node.basicStatus()).toMatchObject({ role: 'candidate', term: 1 });
    replica.node.step({ type: 'vote-response', from: 2, to: 1, term: 1, reject: false });
    replica.node.step({ type: 'vote-response', from: 3, to: 1, term: 1, reject: false });
    replica.written();
    expect(replica.node.basicStatus().role).toBe('candidate');
    replica.settle();
    expect(replica.node.basicStatus().role).toBe('leader');
  });

  test('A19 a single voter hands out what it committed only once that is on disk', () => {
    const replica = new TestReplica({ id: 1 }, voters(1));
    replica.node.campaign();
    replica.settle();
    replica.node.propose(text('x'));
    const ready = replica.take();
    expect(ready?.entries).toHaveLength(1);
    expect(ready?.committedEntries).toHaveLength(0);
    expect(replica.node.basicStatus().commit).toBe(1);
    replica.written();
    expect(replica.take()?.committedEntries).toMatchObject([{ index: 2 }]);
  });

  test('A19 a follower hands out committed entries only when its own disk has them', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    replica.node.step({
      type: 'append',
      from: 2,
      to: 1,
      term: 1,
      index: 0,
      logTerm: 0,
      entries: log(1, 1),
      commit: 2,
    });
    expect(replica.take()?.committedEntries).toHaveLength(0);
    expect(replica.node.basicStatus().commit).toBe(2);
    replica.written();
    expect(replica.take()?.committedEntries).toHaveLength(2);
  });
});

describe('what leaves when', () => {
  test('R1 a vote request leaves after the term and the own vote are on disk', () => {
    const replica = new TestReplica({ id: 1, preVote: false }, voters(1, 2, 3));
    replica.node.campaign();
    const ready = replica.take();
    expect(ready?.hardState).toEqual({ term: 1, vote: 1, commit: 0 });
    expect(types(ready?.messages ?? [])).toEqual([]);
    expect(types(ready?.messagesAfterPersist ?? [])).toEqual(['vote', 'vote']);
  });

  test('R1 a leader sends entries in parallel with its own write', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.node(1).propose(text('x'));
    const ready = cluster.at(1).take();
    expect(types(ready?.messages ?? [])).toEqual(['append', 'append']);
    expect(ready?.mustSync).toBe(true);
  });

  test('R6 an answer about entries that an earlier Ready is writing is in a later one: order holds it back', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    replica.node.step(append(1, 0, 0, log(1, 1)));
    const first = replica.take();
    replica.node.step(append(1, 0, 0, log(1, 1)));
    const second = replica.take();
    expect(second?.entries).toEqual([]);
    expect(second?.messagesAfterPersist).toMatchObject([{ type: 'append-response', index: 2 }]);
    if (first === null || second === null) throw new Error('no Ready');
    expect(() => replica.node.advanceAppend(second)).toThrow(/out of order/);
  });

  test('R6 only a commit index: the write may be lazy', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    cluster.node(1).propose(text('x'));
    cluster.deliver();
    cluster.deliver();
    const seen: boolean[] = [];
    for (let ready = cluster.at(1).take(); ready !== null; ready = cluster.at(1).take()) {
      seen.push(ready.mustSync);
      cluster.at(1).written();
    }
    expect(cluster.node(1).basicStatus().commit).toBe(2);
    expect(seen).toEqual(seen.map(() => false));
  });

  test('R10 what was proposed before a Ready leaves as one append', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    for (let i = 0; i < 50; i += 1) cluster.node(1).propose(text(`${i}`));
    const ready = cluster.at(1).take();
    expect(ready?.messages.map((m) => m.type === 'append' && m.entries.length)).toEqual([50, 50]);
  });
});

describe('a disk that lost what it had', () => {
  test('R9 a replica that is asked to commit what it no longer has stops', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.elect(1);
    for (let i = 0; i < 5; i += 1) cluster.node(1).propose(text('x'));
    cluster.settle();
    const storage = new MemoryStorage(voters(1, 2, 3));
    storage.setHardState({ term: 1, vote: 1, commit: 1 });
    storage.append(log(1, 1));
    cluster.replicas.set(2, new TestReplica({ id: 2 }, voters(1, 2, 3), storage));
    expect(() => cluster.tick(3)).toThrow(/was the log lost/);
  });

  test('R9 a message that is not for this replica, or from itself, is refused', () => {
    const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
    expect(() => replica.node.step({ type: 'timeout-now', from: 2, to: 3, term: 1 })).toThrow(
      /invariant/i,
    );
    expect(() => replica.node.step({ type: 'timeout-now', from: 1, to: 1, term: 1 })).toThrow(
      /invariant/i,
    );
  });
});

test('R2 a change that a snapshot overtakes is applied before it, never on top of it', () => {
  const replica = new TestReplica({ id: 1 }, voters(1, 2));
  const change = {
    transition: 'auto',
    changes: [{ type: 'add-node', nodeId: 3 }],
    context: text(''),
  } as const;
  const data = encodeConfChange(change);
  const confState = voters(1, 2, 3, 4);
  replica.node.step({
    type: 'snapshot',
    from: 2,
    to: 1,
    term: 1,
    snapshot: { index: 9, term: 1, confState },
  });
  const early = replica.node.applyConfChange({ index: 5, term: 1, type: 'conf-change', data });
  expect(early).toEqual(voters(1, 2, 3));
  replica.node.advanceAppend(replica.node.ready());
  expect(replica.node.status().confState).toEqual(confState);
  const late = replica.node.applyConfChange({ index: 6, term: 1, type: 'conf-change', data });
  expect(late).toEqual(confState);
});

test('A8 messages that promise nothing leave without a Ready, and only when there is nothing beside them', () => {
  const replica = new TestReplica({ id: 1 }, voters(1, 2, 3));
  const beat = (commit: number): void =>
    replica.node.step({ type: 'heartbeat', from: 2, to: 1, term: 1, commit, readRound: 0 });
  beat(0);
  // The term is new to it, so its answer waits for the disk.
  expect(replica.node.takeMessages()).toBeNull();
  replica.settle();
  beat(0);
  expect(replica.node.takeMessages()).toMatchObject([{ type: 'heartbeat-response', to: 2 }]);
  expect(replica.node.takeMessages()).toBeNull();
  expect(replica.node.hasReady()).toBe(false);
  const index = 0;
  const entries = log(1);
  replica.node.step({
    type: 'append',
    from: 2,
    to: 1,
    term: 1,
    index,
    logTerm: 0,
    entries,
    commit: 0,
  });
  beat(0);
  expect(replica.node.takeMessages()).toBeNull();
  expect(replica.take()).toMatchObject({ entries, messages: [{ type: 'heartbeat-response' }] });
});
