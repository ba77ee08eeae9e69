import { expect, test } from 'vitest';
import { ManualEvents } from '../wal/testing/manual-events.ts';
import { BACKOFF_MS_MAX } from './backoff.ts';
import type { DialTarget } from './peer.ts';
import { Redialler } from './redialler.ts';

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
