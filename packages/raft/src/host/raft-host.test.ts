import { afterEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../clock/node-clock.ts';
import type { Message } from '../core/types.ts';
import { encodeMessages, messageBytesBound } from '../mesh/raft-codec.ts';
import { crc32c } from '../wal/index.ts';
import { TestCluster, type TestNode } from './testing/test-cluster.ts';

let cluster: TestCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

async function start(options: Parameters<typeof TestCluster.start>[0]): Promise<TestCluster> {
  cluster = await TestCluster.start(options);
  return cluster;
}

describe('three hosts over sockets and files', { timeout: 60_000 }, () => {
  it('H1 elects a leader in every group and commits proposals of each', async () => {
    const c = await start({ groups: 8 });
    for (let group = 0; group < 8; group += 1) {
      expect(await c.append(group, `a${group}`)).toBe(1);
      expect(await c.append(group, `b${group}`)).toBe(2);
    }
    for (let group = 0; group < 8; group += 1) {
      const isThere = (): boolean =>
        c.nodes.every((node) => node.machine(group).items.length === 2);
      await c.until(isThere, `all replicas of group ${group} to apply`);
      for (const node of c.nodes)
        expect(node.machine(group).items).toEqual([`a${group}`, `b${group}`]);
    }
  });

  it('H2 refuses a proposal on a follower at once and names the leader', async () => {
    const c = await start({ groups: 1 });
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const follower = c.nodes.find((node) => node !== leader && node.running.leaderOf(0) !== 0);
    if (follower === undefined) throw new Error('no follower knows the leader');
    expect(await c.propose(follower, 0, 'x')).toEqual({
      status: 'refused',
      reason: 'not-leader',
      leader: leader.number,
    });
  });

  it('H3 refuses proposals on a leader whose connections leave it without a quorum', async () => {
    const c = await start({ groups: 1 });
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    for (const node of c.nodes) if (node !== leader) await c.kill(node);
    const refused = await c.until(
      () => !leader.running.isReadyLeader(0),
      'the connections to break',
    );
    expect(refused).toBe(true);
    const outcome = await c.propose(leader, 0, 'x');
    expect(outcome).toMatchObject({ status: 'refused' });
  });

  it('H4 a proposal that a lost leader had not replicated is never reported as committed', async () => {
    const c = await start({ groups: 1 });
    await c.append(0, 'first');
    const old = await c.until(() => c.leaderOf(0), 'a leader');
    const others = c.nodes.filter((node) => node !== old);
    for (const node of others) {
      old.cut.add(node.number);
      node.cut.add(old.number);
    }
    const lost = c.propose(old, 0, 'lost');
    await c.until(() => others.some((node) => node.running.isReadyLeader(0)), 'a new leader');
    for (const node of others) {
      old.cut.delete(node.number);
      node.cut.delete(old.number);
    }
    expect(await lost).toMatchObject({ status: 'refused', reason: 'not-leader' });
    await c.append(0, 'second');
    await c.until(() => old.machine(0).items.length === 2, 'the old leader to follow');
    expect(old.machine(0).items).toEqual(['first', 'second']);
  });

  it('H5 keeps every acknowledged proposal when all nodes are restarted', async () => {
    const c = await start({ groups: 3 });
    for (let count = 0; count < 20; count += 1) await c.append(count % 3, `item ${count}`);
    for (const node of c.nodes) await c.kill(node);
    for (const node of c.nodes) await c.boot(node);
    await c.append(0, 'after');
    await c.append(1, 'after');
    await c.append(2, 'after');
    for (let group = 0; group < 3; group += 1) {
      const leader = await c.until(() => c.leaderOf(group), 'a leader');
      const expected = Array.from({ length: 20 }, (_, at) => at)
        .filter((at) => at % 3 === group)
        .map((at) => `item ${at}`);
      expect(leader.machine(group).items).toEqual([...expected, 'after']);
    }
  });

  it('H5 a node that was stopped in order knows without the others what was committed', async () => {
    const c = await start({ groups: 1 });
    await c.append(0, 'one');
    await c.append(0, 'two');
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    for (const node of c.nodes) if (node !== leader) await c.kill(node);
    await c.kill(leader);
    await c.boot(leader);
    await c.until(() => leader.machine(0).items.length === 2, 'both items', 2_000);
    expect(c.live).toEqual([leader]);
  });

  it('H6 goes on without a node that died, and takes it back in', async () => {
    const c = await start({ groups: 4 });
    await c.allLed();
    const dead = c.leaderOf(0) ?? c.node(1);
    await c.append(0, 'before');
    await c.kill(dead);
    expect(await c.append(0, 'meanwhile')).toBe(2);
    await c.boot(dead);
    await c.append(0, 'after');
    await c.until(() => dead.machine(0).items.length === 3, 'the dead node to catch up');
    expect(dead.machine(0).items).toEqual(['before', 'meanwhile', 'after']);
  });

  it('H7 brings a node that fell behind the log back with a snapshot', async () => {
    const c = await start({
      groups: 2,
      limits: { snapshotEntries: 40, trailingEntries: 5, snapshotChunkBytes: 64 },
    });
    await c.allLed();
    const behind = c.nodes.find((node) => node !== c.leaderOf(0)) ?? c.node(1);
    await c.kill(behind);
    for (let count = 0; count < 100; count += 1) await c.append(0, `item ${count}`);
    await c.until(
      () => c.live.every((node) => node.running.status(0).snapshotIndex > 10),
      'the log to be compacted',
    );
    await c.boot(behind);
    await c.until(() => behind.machine(0).items.length === 100, 'the node to catch up');
    expect(
      behind.events.some((event) => event.type === 'snapshot-installed' && event.group === 0),
    ).toBe(true);
    expect(behind.machine(0).items).toEqual(Array.from({ length: 100 }, (_, at) => `item ${at}`));
    // And it counts again: with one of the others gone the group still commits.
    const other = c.nodes.find((node) => node !== behind);
    if (other !== undefined) await c.kill(other);
    await c.append(0, 'last');
    await c.until(() => behind.machine(0).items.at(-1) === 'last', 'the node to apply');
  });

  it('H31 a snapshot above the limit is reported where it is saved, sent and refused', async () => {
    const c = await start({
      groups: 1,
      limits: { snapshotEntries: 40, trailingEntries: 5, snapshotBytesMax: 200 },
    });
    await c.allLed();
    const behind = c.nodes.find((node) => node !== c.leaderOf(0)) ?? c.node(1);
    await c.kill(behind);
    for (let count = 0; count < 100; count += 1) await c.append(0, `item ${count}`);
    await c.until(
      () => c.live.every((node) => node.running.status(0).snapshotIndex > 10),
      'the log to be compacted',
    );
    await c.boot(behind);
    const reports = (node: TestNode, stage: string) =>
      node.events.filter(
        (event) =>
          event.type === 'snapshot-too-large' && event.stage === stage && event.group === 0,
      );
    await c.until(() => reports(behind, 'received').length > 1, 'the refusals');
    const sender = await c.until(
      () => c.live.find((node) => reports(node, 'sent').length > 1) ?? null,
      'the reports of the sender',
    );
    const [first, second] = reports(sender, 'sent');
    expect(first).toMatchObject({ peer: behind.number, bytesMax: 200, isFirst: true });
    expect(second).toMatchObject({ isFirst: false });
    expect(reports(behind, 'received')[0]).toMatchObject({ peer: sender.number, isFirst: true });
    expect(reports(sender, 'saved')[0]).toMatchObject({ peer: sender.number, isFirst: true });
  });

  it('H8 starts from its own snapshot and the log behind it', async () => {
    const c = await start({ groups: 1, limits: { snapshotEntries: 30, trailingEntries: 5 } });
    for (let count = 0; count < 75; count += 1) await c.append(0, `item ${count}`);
    await c.until(
      () => c.nodes.every((node) => node.running.status(0).snapshotIndex > 30),
      'snapshots',
    );
    for (const node of c.nodes) await c.kill(node);
    for (const node of c.nodes) await c.boot(node);
    await c.append(0, 'after');
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    expect(leader.machine(0).items).toEqual([
      ...Array.from({ length: 75 }, (_, at) => `item ${at}`),
      'after',
    ]);
    // Not replayed from the beginning: the snapshot stood for most of it.
    expect(leader.machine(0).applied.length).toBeLessThan(60);
  });

  it('H9 a read on any replica sees everything that was acknowledged before it', async () => {
    const c = await start({ groups: 1 });
    await c.allKnown();
    for (let count = 1; count <= 30; count += 1) {
      await c.append(0, `item ${count}`);
      for (const node of c.nodes) {
        const outcome = await c.read(node, 0);
        expect(outcome).toMatchObject({ status: 'ok' });
        expect(node.machine(0).items.length).toBeGreaterThanOrEqual(count);
      }
    }
  });

  it('H10 a read on a leader that is cut off is refused in time, never answered', async () => {
    const c = await start({ groups: 1 });
    const old = await c.until(() => c.leaderOf(0), 'a leader');
    await c.append(0, 'first');
    for (const node of c.nodes) {
      if (node === old) continue;
      old.cut.add(node.number);
      node.cut.add(old.number);
    }
    const read = await c.read(old, 0, 400);
    expect(read).toMatchObject({ status: 'refused' });
  });

  it('H11 leads all of 256 groups, each by its preferred replica where that is alive', async () => {
    const c = await start({ groups: 256, preferred: (group) => (group % 3) + 1 });
    await c.allLed();
    await c.until(
      () =>
        c.nodes.every((node) =>
          node.running.groups.every(
            (group) => node.running.isLeader(group) === (group % 3 === node.number - 1),
          ),
        ),
      'the preferred replicas to lead',
    );
  });

  it('H12 finds new leaders for all groups of a dead node without waiting for the election time-out', async () => {
    const c = await start({
      groups: 60,
      preferred: (group) => (group % 3) + 1,
      limits: { electionTicks: 200 },
    });
    await c.allLed();
    await c.kill(c.node(2));
    // The time-out would be 20 s at least.
    await c.allLed();
    for (let group = 0; group < 60; group += 1) await c.append(group, 'x');
    // And leadership goes home once the node is back.
    await c.boot(c.node(2));
    await c.until(
      () => [1, 4, 7].every((group) => c.node(2).running.isLeader(group)),
      'the preferred node to lead again',
      15_000,
    );
  });

  it('H32 a busy group keeps its leader although another one is preferred, until it is not busy any more', async () => {
    const c = await start({ groups: 12, preferred: () => 2, limits: { electionTicks: 200 } });
    await c.allLed();
    await c.kill(c.node(2));
    await c.allLed();
    const busy = await c.until(() => c.leaderOf(5), 'a leader of the busy group');
    busy.running.setBusy(5, true);
    await c.boot(c.node(2));
    await c.until(
      () =>
        c.node(2).running.groups.every((group) => group === 5 || c.node(2).running.isLeader(group)),
      'the preferred node to lead the others again',
      15_000,
    );
    await c.append(5, 'while busy');
    expect(busy.running.isLeader(5)).toBe(true);
    busy.running.setBusy(5, false);
    await c.until(
      () => c.node(2).running.isLeader(5),
      'the preferred node to lead that one, too',
      15_000,
    );
  });

  it('H13 a stopping node hands its leaderships over before it closes', async () => {
    const c = await start({
      groups: 12,
      preferred: (group) => (group % 3) + 1,
      limits: { electionTicks: 200 },
    });
    await c.allLed();
    await c.append(0, 'x');
    const leaver = c.node(1);
    const leaving = leaver.running;
    await new Promise<void>((done) => leaving.stop(5_000, done));
    leaver.isStopped = true;
    const others = [c.node(2), c.node(3)];
    await c.until(
      () =>
        leaving.groups.every((group) => others.some((node) => node.running.isReadyLeader(group))),
      'the others to lead everything',
    );
    expect(leaving.stats.elections).toBeLessThanOrEqual(12);
  });

  it('H14 a group that is removed is gone after a restart, and can be created again', async () => {
    const c = await start({ groups: 2 });
    await c.append(0, 'old life');
    for (const node of c.nodes)
      await new Promise<void>((done) => node.running.removeGroup(0, done));
    expect(c.node(1).running.groups).toEqual([1]);
    for (const node of c.nodes) c.addGroup(node, 0, [1, 2, 3]);
    expect(await c.append(0, 'new life')).toBe(1);
    for (const node of c.nodes) await c.kill(node);
    for (const node of c.nodes) await c.boot(node);
    await c.append(0, 'more');
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    expect(leader.machine(0).items).toEqual(['new life', 'more']);
  });

  it('H15 a replica that joins later takes everything, the configuration too, from a snapshot', async () => {
    const c = await start({ groups: 1, nodes: 3 });
    await c.append(0, 'before');
    const joiner = await c.join(4);
    c.addGroup(joiner, 0, []);
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const outcome = await new Promise((done) =>
      leader.running.proposeConfChange(0, { type: 'add-node', nodeId: 4 }, done),
    );
    expect(outcome).toMatchObject({ status: 'committed', confState: { voters: [1, 2, 3, 4] } });
    await c.append(0, 'after');
    await c.until(() => joiner.machine(0).items.length === 2, 'the new replica to catch up');
    expect(joiner.running.status(0).confState.voters).toEqual([1, 2, 3, 4]);
  });

  it('H16 many proposals in one turn keep their order and share writes and messages', async () => {
    const c = await start({ groups: 1 });
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const before = leader.running.stats;
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, (_, at) => c.propose(leader, 0, `${at}`)),
    );
    expect(outcomes.map((outcome) => (outcome.status === 'committed' ? outcome.reply : 0))).toEqual(
      Array.from({ length: 500 }, (_, at) => at + 1),
    );
    const after = leader.running.stats;
    expect(after.messagesSent - before.messagesSent).toBeLessThan(100);
  });

  it('H17 refuses proposals above the limit of those that wait', async () => {
    const c = await start({ groups: 1, limits: { proposalsPendingMax: 10 } });
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, at) => c.propose(leader, 0, `${at}`)),
    );
    expect(outcomes.filter(({ status }) => status === 'committed')).toHaveLength(10);
    expect(
      outcomes.filter((outcome) => outcome.status === 'refused' && outcome.reason === 'overloaded'),
    ).toHaveLength(20);
  });

  it('H19 keeps entries in memory within the budget and serves older ones from the log', async () => {
    const c = await start({ groups: 1, limits: { entriesMemoryBytesMax: 4_000 } });
    const behind = await c.until(
      () => c.nodes.find((node) => c.leaderOf(0) !== null && node !== c.leaderOf(0)) ?? null,
      'a follower',
    );
    await c.kill(behind);
    for (let count = 0; count < 100; count += 1) await c.append(0, `${count} ${'x'.repeat(100)}`);
    await c.until(
      () => c.live.every((node) => node.running.stats.entriesBytesInMemory <= 4_000),
      'the budget to be kept',
    );
    await c.boot(behind);
    await c.until(
      () => behind.machine(0).items.length === 100,
      'the node to catch up from the log',
    );
    expect(behind.events.some(({ type }) => type === 'snapshot-installed')).toBe(false);
  });

  it('H20 hands its callbacks over later than the call, never within it', async () => {
    const c = await start({ groups: 1 });
    const { running } = c.node(1);
    let isWithin = true;
    const calls: boolean[] = [];
    running.propose(0, new Uint8Array([1]), () => calls.push(isWithin));
    running.read(0, 10, () => calls.push(isWithin));
    isWithin = false;
    await c.until(() => calls.length === 2, 'both answers');
    expect(calls).toEqual([false, false]);
  });

  it('H22 a leader that has heard of a later term is none, also before the turn has ended', async () => {
    const c = await start({ groups: 1 });
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const { running, number } = leader;
    const other = number === 1 ? 2 : 1;
    const term = running.status(0).term + 5;
    const message: Message = {
      ...{ type: 'heartbeat', from: other, to: number, term },
      ...{ commit: 0, readRound: 0 },
    };
    const frame = encodeMessages(
      { from: other, to: number, groups: [0], messages: [message] },
      messageBytesBound(message),
      crc32c,
    );
    expect(running.status(0)).toMatchObject({ role: 'leader', leader: number });
    expect(running.receive(other, frame)).toBe(true);
    expect(running.status(0)).toMatchObject({ role: 'follower', leader: other, term });
  });

  it('H21 after a pause of the process no group campaigns: what waits on the sockets is read first', async () => {
    const c = await start({ groups: 30, limits: { tickMs: 20, electionTicks: 10 } });
    await c.allKnown();
    const before = c.nodes.map((node) => node.running.stats.elections);
    // All three hosts of this process are paused for longer than the longest election time-out.
    const end = nodeClock.now() + 600;
    while (nodeClock.now() < end) {
      // Busy: no timer and no socket is served.
    }
    for (let count = 0; count < 20; count += 1) await c.append(count, 'x');
    expect(c.nodes.map((node) => node.running.stats.elections)).toEqual(before);
  });
});
