import { expect, test } from 'vitest';
import { backoffMs, FAST_RETRY_SPREAD_MS } from './backoff.ts';
import { nodeOrder } from './node-order.ts';

const NODES = ['http://n1', 'http://n2', 'http://n3', 'http://n4'];
const CLIENTS = 5_000;

const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 32));
let state = seed;

/** Mulberry32. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function counted<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test(`5,000 clients of a killed node go to all others alike, and not in one instant (seed ${seed})`, () => {
  const orders = Array.from({ length: CLIENTS * NODES.length }, () => nodeOrder(NODES, random));
  expect(orders.filter((order) => new Set(order).size !== NODES.length)).toEqual([]);
  const moving = orders.filter(([first]) => first === 'http://n1');
  const share = moving.length / (NODES.length - 1);
  const next = counted(moving.map(([, second]) => second));
  expect(next.size).toBe(NODES.length - 1);
  // Far beyond what chance does with so many.
  for (const clients of next.values()) expect(Math.abs(clients - share)).toBeLessThan(share / 5);
  const instants = counted(moving.map(() => Math.floor(backoffMs(0, NODES.length, random()))));
  const evenly = moving.length / FAST_RETRY_SPREAD_MS;
  for (const clients of instants.values()) expect(clients).toBeLessThan(evenly * 2.5);
});

test('one node, or none, is its own order', () => {
  expect(nodeOrder(['http://n1'], random)).toEqual(['http://n1']);
  expect(nodeOrder([], random)).toEqual([]);
});
