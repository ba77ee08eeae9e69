import { expect, test } from 'vitest';
import { ManualEvents } from '../wal/testing/manual-events.ts';
import { BACKOFF_MS_MAX } from './backoff.ts';
import type { DialTarget } from './peer.ts';
import { LEARNED_ADDRESSES_MAX, Redialler } from './redialler.ts';

const NODE = { nodeId: 'b', host: '127.0.0.1', port: 1 };

/** A redialler of one node, whose calls are refused at once; `dialledAt` is when each was made. */
function refusedCalls(random: (bound: number) => number) {
  const clock = new ManualEvents();
  const dialledAt: number[] = [];
  const targets = new Redialler({
    clock,
    random,
    isReached: () => false,
    dial: (target: DialTarget) => {
      dialledAt.push(clock.now());
      target.connection = null;
      targets.redial(target);
    },
  });
  targets.add(NODE, true);
  return { clock, targets, dialledAt };
}

test('a node that calls is called back at once', () => {
  const { clock, targets, dialledAt } = refusedCalls(() => 0);
  clock.pass(10_000);
  dialledAt.length = 0;
  targets.callBack('b');
  clock.pass(1);
  expect(dialledAt).toEqual([10_000]);
});

test('a node that comes and goes is called back after a growing backoff, until it has stayed up', () => {
  const { clock, targets, dialledAt } = refusedCalls(() => 0);
  const come = (): void => {
    targets.useSpares('b');
    targets.callBack('b');
  };
  clock.pass(0);
  // Twenty seconds in which it comes fifty times a second.
  for (let time = 0; time < 1_000; time += 1) {
    come();
    clock.pass(20);
  }
  expect(dialledAt.length).toBeLessThan(40);
  expect(dialledAt.length).toBeGreaterThan(20_000 / BACKOFF_MS_MAX);
  targets.trust('b');
  dialledAt.length = 0;
  come();
  clock.pass(1);
  expect(dialledAt).toHaveLength(1);
});

test('an address that was spare is called at once, and no more than once until the node has stayed up', () => {
  const { clock, targets, dialledAt } = refusedCalls(() => 0);
  clock.pass(10_000);
  dialledAt.length = 0;
  for (let time = 0; time < 40; time += 1) {
    const target = targets.find('b');
    if (target !== undefined) target.isSpare = true;
    targets.useSpares('b');
    clock.pass(1);
  }
  expect(dialledAt).toEqual([10_000]);
});

const LOOPBACK = '127.0.0.1';

test('of a node that moves again and again only the newest addresses are called', () => {
  const { targets } = refusedCalls(() => 0);
  for (let port = 2; port < 50; port += 1) targets.add({ ...NODE, port });
  const [configured, ...learned] = targets.attempts;
  expect(configured).toMatchObject(NODE);
  expect(learned.map(({ port }) => port)).toEqual([46, 47, 48, 49]);
  expect(learned).toHaveLength(LEARNED_ADDRESSES_MAX);
});

test('a seed is called for as long as it is one', () => {
  const { clock, targets, dialledAt } = refusedCalls(() => 0);
  targets.remove('b');
  const seeds = (...ports: readonly number[]): void =>
    targets.setSeeds(ports.map((port) => ({ host: LOOPBACK, port })));
  const ports = (): readonly number[] =>
    targets.attempts.flatMap(({ nodeId, port }) => (nodeId === null ? [port] : []));
  seeds(10, 11);
  seeds(11, 12);
  expect(ports()).toEqual([11, 12]);
  clock.pass(0);
  expect(dialledAt).toHaveLength(2);
  seeds();
  clock.pass(10_000);
  expect(dialledAt).toHaveLength(2);
});

test('a seed that is connected is called no more once its connection ends', () => {
  const dialled: DialTarget[] = [];
  const clock = new ManualEvents();
  const targets = new Redialler({
    clock,
    random: () => 0,
    isReached: () => false,
    dial: (target) => {
      dialled.push(target);
      target.connection = { isOpen: true } as DialTarget['connection'];
    },
  });
  targets.setSeeds([{ host: LOOPBACK, port: 10 }]);
  clock.pass(0);
  targets.setSeeds([]);
  expect(targets.attempts).toHaveLength(1);
  const [target] = dialled;
  if (target === undefined) throw new Error('it was not called');
  target.connection = null;
  targets.redial(target);
  clock.pass(10_000);
  expect([dialled.length, targets.attempts.length]).toEqual([1, 0]);
});
