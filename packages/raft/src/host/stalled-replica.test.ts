import { afterEach, describe, expect, it } from 'vitest';
import { HOST_LIMITS_DEFAULT } from './host-options.ts';
import { TestCluster, type TestNode } from './testing/test-cluster.ts';

let cluster: TestCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

async function start(options: Parameters<typeof TestCluster.start>[0]): Promise<TestCluster> {
  cluster = await TestCluster.start(options);
  await cluster.allLed();
  return cluster;
}

const POISON = 'poison';

/** The machine of group 0 on this node throws at the poisoned entry, after half of the change is made. */
function breakAt(node: TestNode): void {
  const machine = node.machine(0);
  const { apply } = machine;
  machine.apply = (index, data) => {
    if (new TextDecoder().decode(data) !== POISON) return apply.call(machine, index, data);
    machine.items.push('half a change');
    throw new Error('a defect of the machine');
  };
}

function stallsOf(node: TestNode): readonly string[] {
  return node.events.flatMap((event) => (event.type === 'group-stalled' ? event.stall.reason : []));
}

describe('entries that a replica cannot apply', { timeout: 60_000 }, () => {
  it('H18 a state machine that throws stalls its own replica only', async () => {
    const c = await start({ groups: 2 });
    const broken = c.node(1);
    breakAt(broken);
    await c.until(() => c.leaderOf(0), 'a leader').then((leader) => c.propose(leader, 0, POISON));
    await c.until(() => stallsOf(broken).length === 1, 'the replica to stall');
    expect(broken.running.status(0)).toMatchObject({ stall: { reason: 'exception' } });
    // The other replicas go on with the group, under a leader that can serve.
    await c.append(0, 'after');
    await c.append(1, 'fine');
    await c.until(() => broken.machine(1).items.length === 1, 'the other group to go on');
    expect(broken.events.some(({ type }) => type === 'fatal')).toBe(false);
    expect(await c.read(broken, 0)).toMatchObject({ status: 'refused', reason: 'stopped' });
    expect(await c.propose(broken, 0, 'x')).toMatchObject({ status: 'refused', reason: 'stopped' });
  });

  it('H25 refuses a proposal that is empty or too large, and throws nothing', async () => {
    const c = await start({ groups: 1, limits: { entryBytesMax: 100 } });
    for (const [bytes, answer] of [
      [0, { status: 'refused', reason: 'malformed' }],
      [99, { status: 'committed' }],
      [100, { status: 'committed' }],
      [101, { status: 'refused', reason: 'too-large' }],
      [HOST_LIMITS_DEFAULT.frameBytesMax * 20, { status: 'refused', reason: 'too-large' }],
    ] as const) {
      const leader = await c.until(() => c.leaderOf(0), 'a leader');
      expect(await c.propose(leader, 0, 'x'.repeat(bytes))).toMatchObject(answer);
    }
  });

  it('H26 a malformed entry is refused on every replica alike, and the log goes on', async () => {
    const c = await start({ groups: 1 });
    for (const node of c.nodes) {
      const machine = node.machine(0);
      const { apply } = machine;
      machine.apply = (index, data) =>
        data[0] === 0
          ? { status: 'malformed', detail: 'no text' }
          : apply.call(machine, index, data);
    }
    const leader = await c.until(() => c.leaderOf(0), 'a leader');
    expect(await c.propose(leader, 0, '\0')).toMatchObject({
      status: 'refused',
      reason: 'malformed',
    });
    await c.append(0, 'after');
    for (const node of c.nodes) {
      await c.until(() => node.machine(0).items.length === 1, 'the entry behind it');
      expect(node.events.filter(({ type }) => type === 'entry-refused')).toHaveLength(1);
    }
  });

  it('H27 an entry of a later format stalls the replica that does not know it, and no other', async () => {
    const c = await start({ groups: 1 });
    const old = c.node(2);
    const machine = old.machine(0);
    const { apply } = machine;
    machine.apply = (index, data) =>
      new TextDecoder().decode(data) === 'new'
        ? { status: 'unsupported', detail: 'version 2' }
        : apply.call(machine, index, data);
    await c.until(() => c.leaderOf(0), 'a leader').then((leader) => c.propose(leader, 0, 'new'));
    await c.until(() => stallsOf(old).length === 1, 'the replica to stall');
    await c.append(0, 'after');
    expect(c.leaderOf(0)).not.toBe(old);
    expect(old.machine(0).items).toEqual([]);
    // The newer version of the program reads its log again.
    await c.kill(old);
    await c.boot(old);
    await c.until(() => old.machine(0).items.length === 2, 'the upgraded node to catch up');
    expect(old.machine(0).items).toEqual(['new', 'after']);
  });

  it('H28 a group that is stalled everywhere resumes on every replica once its entry is skipped', async () => {
    const c = await start({ groups: 1 });
    await c.append(0, 'before');
    for (const node of c.nodes) breakAt(node);
    await c.until(() => c.leaderOf(0), 'a leader').then((leader) => c.propose(leader, 0, POISON));
    await c.until(() => c.nodes.every((node) => stallsOf(node).length === 1), 'all to stall');
    const { stall } = c.node(1).running.status(0);
    if (stall === null) throw new Error('not stalled');
    expect(new TextDecoder().decode(stall.data)).toBe(POISON);
    const skip = (text: string) => [
      {
        index: stall.index,
        term: stall.term,
        matches: (data: Uint8Array) => new TextDecoder().decode(data) === text,
      },
    ];
    // Another entry than the one that was shown is never skipped.
    for (const node of c.nodes) node.running.setSkips(0, skip('something else'));
    for (const node of c.nodes) node.running.setSkips(0, skip(POISON));
    await c.append(0, 'after');
    for (const node of c.nodes) {
      await c.until(() => node.machine(0).items.includes('after'), 'every replica to resume');
      expect(node.machine(0).items).toEqual(['before', 'after']);
      await c.until(
        () => node.events.some(({ type }) => type === 'snapshot-saved'),
        'the state behind the entry to be durable',
      );
    }
    for (const node of c.nodes) await c.kill(node);
    for (const node of c.nodes) await c.boot(node);
    await c.append(0, 'restarted');
    for (const node of c.nodes) {
      await c.until(() => node.machine(0).items.includes('restarted'), 'every replica to be back');
      expect(node.machine(0).items).toEqual(['before', 'after', 'restarted']);
    }
  });

  it('H29 a snapshot whose bytes mean nothing fails its own group only', async () => {
    const c = await start({ groups: 2 });
    const node = c.node(3);
    await c.append(0, 'x');
    await c.until(() => node.machine(0).items.length === 1, 'the entry');
    node.machine(0).snapshot = () => new Uint8Array([0xff, 0, 1]);
    node.running.snapshotGroup(0);
    await c.until(() => node.events.some(({ type }) => type === 'snapshot-saved'), 'the snapshot');
    await c.kill(node);
    node.events.length = 0;
    await c.boot(node);
    await c.until(() => node.events.some(({ type }) => type === 'group-failed'), 'the failure');
    await c.append(1, 'y');
    await c.until(() => node.machine(1).items.length === 1, 'the other group');
    expect(node.events.some(({ type }) => type === 'fatal')).toBe(false);
  });
});
