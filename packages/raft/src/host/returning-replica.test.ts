import { afterEach, describe, expect, it } from 'vitest';
import { AppendMachine } from './testing/append-machine.ts';
import { TestCluster, type TestNode } from './testing/test-cluster.ts';

let cluster: TestCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

async function start(): Promise<TestCluster> {
  cluster = await TestCluster.start({ groups: 1, nodes: 3 });
  return cluster;
}

const remove = (node: TestNode): Promise<void> =>
  new Promise((done) => node.running.removeGroup(0, done));

function addAgain(node: TestNode, nonVotingBelow: number): void {
  const machine = new AppendMachine();
  node.machines.set(0, machine);
  node.running.addGroup({ group: 0, replicaId: node.number, voters: [], machine, nonVotingBelow });
}

describe('a replica that comes back', { timeout: 60_000 }, () => {
  it('H23 an emptied replica does not vote before it has what it may have acknowledged', async () => {
    const c = await start();
    await c.append(0, 'acknowledged');
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const [emptied, other] = c.nodes.filter((node) => node !== leader);
    if (emptied === undefined || other === undefined) throw new Error('three nodes');
    await remove(emptied);
    emptied.cut.add(leader.number);
    leader.cut.add(emptied.number);
    addAgain(emptied, leader.running.status(0).lastIndex);
    await c.kill(leader);
    const { messagesReceived } = emptied.running.stats;
    // The other one asks for its vote, again and again, and doesn't get it.
    await c.until(
      () => emptied.running.stats.messagesReceived >= messagesReceived + 3,
      'three campaigns',
    );
    expect(other.running.isLeader(0)).toBe(false);
    expect(c.leaderOf(0)).toBeNull();
    expect(emptied.running.leaderOf(0)).toBe(0);
    // With the leader's log its vote counts again.
    emptied.cut.clear();
    leader.cut.clear();
    await c.boot(leader);
    await c.append(0, 'after');
    await c.until(() => emptied.machine(0).items.length === 2, 'the emptied one to catch up');
    await c.kill(leader);
    await c.append(0, 'with its vote');
  });

  it('H24 a group that was removed and is added again begins empty, and comes back as a learner', async () => {
    const c = await start();
    await c.append(0, 'before');
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    const [leaving] = c.nodes.filter((node) => node !== leader);
    if (leaving === undefined) throw new Error('three nodes');
    // Known to the disk from before the start.
    await c.kill(leaving);
    await c.boot(leaving);
    const change = (type: 'remove-node' | 'add-learner-node') =>
      new Promise((done) =>
        leader.running.proposeConfChange(0, { type, nodeId: leaving.number }, done),
      );
    expect(await change('remove-node')).toMatchObject({ status: 'committed' });
    await remove(leaving);
    expect(await c.propose(leader, 0, 'while it was away')).toMatchObject({ status: 'committed' });
    const { lastIndex } = leader.running.status(0);
    addAgain(leaving, lastIndex);
    expect(leaving.running.status(0).applied).toBe(0);
    expect(await change('add-learner-node')).toMatchObject({ status: 'committed' });
    await c.until(() => leaving.machine(0).items.length === 2, 'it to catch up');
    expect(leaving.running.status(0).confState.learners).toEqual([leaving.number]);
    // And once more after a restart, from its own disk.
    await c.kill(leaving);
    await c.boot(leaving);
    await c.until(() => leaving.machine(0).items.length === 2, 'it to be back');
  });
});
