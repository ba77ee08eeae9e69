import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { type Attempt, DONE } from '../operations/execution.ts';
import type { OperationOf, OutcomeOf } from '../operations/operations.ts';
import { Router, type RouterOptions } from './router.ts';

const OPERATION: OperationOf<'stop-answer'> = {
  type: 'stop-answer',
  sessionId: '00-01JD0000000000000000000000',
};

/** Routers of n1, n2, ... in one process, each with a say in who leads and what it answers. */
class Nodes {
  readonly routers: Router[] = [];
  readonly executed: number[] = [];
  readonly answers = new Map<number, () => Attempt>();
  readonly leaders = new Map<number, number>();
  readonly withoutReplica = new Set<number>();
  readonly away = new Set<number>();
  isGroup = true;

  constructor(count: number) {
    for (let number = 1; number <= count; number += 1) this.routers.push(this.#router(number));
  }

  #router(self: number): Router {
    const numberOf = (nodeId: string): number => Number(nodeId.slice(1));
    const reaches = (nodeId: string): boolean => !this.away.has(numberOf(nodeId));
    const options: RouterOptions = {
      self,
      isGroup: () => this.isGroup,
      nodeIdOf: (node) => `n${node}`,
      isConnected: reaches,
      leaderOf: () => (this.withoutReplica.has(self) ? 0 : (this.leaders.get(self) ?? 0)),
      replicasOf: () => [1, 2, 3],
      holds: () => !this.withoutReplica.has(self),
      metrics: { routerAttempts: { inc: () => undefined } },
      syncMs: () => 0,
      monotonicMs: () => performance.now(),
      random: () => 0,
      sendRequest: (nodeId, frame) => {
        if (!reaches(nodeId)) return false;
        setImmediate(() =>
          this.routers[numberOf(nodeId) - 1]?.remote.handleRequest(`n${self}`, frame),
        );
        return true;
      },
      sendResponse: (nodeId, frame) => {
        setImmediate(() =>
          this.routers[numberOf(nodeId) - 1]?.remote.handleResponse(`n${self}`, frame),
        );
        return true;
      },
      execute: (_operation, done) => {
        this.executed.push(self);
        done(
          this.answers.get(self)?.() ?? {
            status: 'refused',
            code: 'not-leader',
            leader: this.leaders.get(self) ?? 0,
          },
        );
      },
      log: pino({ enabled: false }),
    };
    return new Router(options);
  }

  call(from: number): Promise<OutcomeOf<'stop-answer'>> | undefined {
    return this.routers[from - 1]?.request(OPERATION);
  }
}

let nodes: Nodes;
afterEach(() => {
  for (const router of nodes.routers) router.close();
});

test('a call goes to the leader that this node knows', async () => {
  nodes = new Nodes(3);
  nodes.leaders.set(1, 2);
  nodes.answers.set(2, () => DONE);
  expect(await nodes.call(1)).toMatchObject({ status: 'ok' });
  expect(nodes.executed).toEqual([2]);
});

test('a refusal that names the leader is followed at once', async () => {
  nodes = new Nodes(3);
  nodes.leaders.set(1, 2).set(2, 3);
  nodes.answers.set(3, () => DONE);
  expect(await nodes.call(1)).toMatchObject({ status: 'ok' });
  expect(nodes.executed).toEqual([2, 3]);
});

test('a node whose own replica does not work asks the others', async () => {
  nodes = new Nodes(3);
  nodes.withoutReplica.add(1);
  nodes.leaders.set(2, 3).set(3, 3);
  nodes.answers.set(3, () => DONE);
  expect(await nodes.call(1)).toMatchObject({ status: 'ok' });
  expect(nodes.executed).not.toContain(1);
});

test('a leader that is away is looked for until there is another', async () => {
  nodes = new Nodes(3);
  nodes.away.add(2);
  nodes.leaders.set(1, 2);
  const outcome = nodes.call(1);
  nodes.answers.set(3, () => DONE);
  setImmediate(() => nodes.leaders.set(1, 3));
  expect(await outcome).toMatchObject({ status: 'ok' });
});

test('what no node can execute fails in time, and says that it may be tried again', async () => {
  nodes = new Nodes(3);
  nodes.away.add(2).add(3);
  expect(await nodes.call(1)).toMatchObject({ status: 'refused', code: 'no_quorum' });
  expect(nodes.routers[0]?.inFlight).toBe(0);
});

test('an outcome that stays unknown is reported as such', async () => {
  nodes = new Nodes(3);
  nodes.leaders.set(1, 1);
  nodes.answers.set(1, () => ({ status: 'unknown' }));
  expect(await nodes.call(1)).toEqual({ status: 'unknown' });
});

test('a full disk is reported at once', async () => {
  nodes = new Nodes(3);
  nodes.leaders.set(1, 2);
  nodes.answers.set(2, () => ({ status: 'refused', code: 'disk-full', leader: 0 }));
  expect(await nodes.call(1)).toMatchObject({ status: 'refused', code: 'overloaded' });
  expect(nodes.executed).toEqual([2]);
});

test('a session of no group of this cluster is not found, and no node is asked', async () => {
  nodes = new Nodes(3);
  nodes.isGroup = false;
  const detail = `there is no session ${OPERATION.sessionId}`;
  expect(await nodes.call(1)).toEqual({ status: 'refused', code: 'not_found', detail });
  expect(nodes.executed).toEqual([]);
});
