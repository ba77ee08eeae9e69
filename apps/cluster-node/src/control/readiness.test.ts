import type { ReadOutcome } from '@fleetlm/raft/host';
import { expect, test } from 'vitest';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { CALL_DEADLINE_MS } from '../router/router.ts';
import { LEADERLESS_PATIENCE_MS, Readiness, type ReadinessView } from './readiness.ts';

const GROUPS = 256;

/** A node with a replica of every group, and the sets that say what is wrong with them. */
class Node {
  readonly leaderless = new Set<number>();
  readonly failed = new Set<number>();
  readonly behind = new Set<number>();
  nowMs = 0;
  /** Outcomes of the next reads of the system group; reads after them succeed. */
  readonly reads: ReadOutcome[] = [];
  readonly #readiness: Readiness;

  constructor() {
    const view: ReadinessView = {
      locator: { isReachable: (group) => !this.leaderless.has(group) },
      own: () => ({
        number: 1,
        nodeId: 'n1',
        incarnation: 'i1',
        host: '127.0.0.1',
        port: 20_000,
        state: 'active',
        sinceMs: 0,
      }),
      replicas: {
        isServing: (group) => !this.behind.has(group) && !this.failed.has(group),
        hasFailed: (group) => this.failed.has(group),
      },
    };
    this.#readiness = new Readiness(
      {
        hosted: Array.from({ length: GROUPS }, (_, group) => group),
        read: (_group, done) => done(this.reads.shift() ?? { status: 'ok', appliedIndex: 1 }),
      },
      view,
      () => null,
      () => this.nowMs,
    );
  }

  catchUpSystem(): Promise<boolean> {
    return this.#readiness.catchUpSystem();
  }

  async state() {
    await this.catchUpSystem();
    return this.#readiness.state();
  }
}

test('a replica that failed or stalled degrades the node and does not keep it from being ready', async () => {
  const node = new Node();
  node.failed.add(7).add(9);
  node.leaderless.add(7);
  expect(await node.state()).toEqual({
    ready: true,
    reasons: [],
    degraded: ['replicas on this node have failed or stalled: 7, 9'],
  });
});

test('a group that stays without a leader keeps a node from being ready for a while only', async () => {
  const node = new Node();
  node.leaderless.add(3);
  expect(await node.state()).toMatchObject({
    ready: false,
    reasons: ['1 groups have no leader in contact'],
  });
  node.nowMs = LEADERLESS_PATIENCE_MS - 1;
  expect(await node.state()).toMatchObject({ ready: false });
  node.nowMs = LEADERLESS_PATIENCE_MS;
  expect(await node.state()).toMatchObject({
    ready: true,
    degraded: ['groups without a leader do not serve: 3'],
  });
  // A leader that comes and goes is waited for again.
  node.leaderless.delete(3);
  expect(await node.state()).toEqual({ ready: true, reasons: [], degraded: [] });
  node.leaderless.add(3);
  expect(await node.state()).toMatchObject({ ready: false });
});

test('a node without a leader for most groups, or for the system group, is never ready', async () => {
  const node = new Node();
  for (let group = 0; group <= GROUPS / 2; group += 1) node.leaderless.add(group);
  await node.state();
  node.nowMs = 10 * LEADERLESS_PATIENCE_MS;
  expect(await node.state()).toMatchObject({ ready: false });
  node.leaderless.clear();
  node.leaderless.add(SYSTEM_GROUP);
  expect(await node.state()).toMatchObject({ ready: false });
});

test('a replica that is behind its reachable leader is waited for', async () => {
  const node = new Node();
  node.behind.add(5);
  expect(await node.state()).toMatchObject({
    ready: false,
    reasons: ['catching up: 1 groups are being brought up to date'],
  });
});

const refused = (reason: 'no-leader' | 'timeout' | 'stopped'): ReadOutcome => ({
  status: 'refused',
  reason,
  leader: 0,
});

test('the system group is read over an election, and no longer than a call may take', async () => {
  const node = new Node();
  node.reads.push(refused('no-leader'), refused('timeout'));
  expect(await node.catchUpSystem()).toBe(true);
  node.reads.push(refused('no-leader'));
  const late = node.catchUpSystem();
  node.nowMs = CALL_DEADLINE_MS;
  expect(await late).toBe(false);
  expect(node.reads).toEqual([]);
  node.reads.push(refused('stopped'));
  expect(await node.catchUpSystem()).toBe(false);
});
