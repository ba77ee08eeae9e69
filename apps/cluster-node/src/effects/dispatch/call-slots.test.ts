import { expect, test } from 'vitest';
import { CallSlots } from './call-slots.ts';
import { BREAKER_FAILURES_MAX } from './circuit-breaker.ts';

const LIMITS = { callsMax: 16, callsPerAgentMax: 8 };

function filled(queues: Readonly<Record<string, number>>): CallSlots<string> {
  const slots = new CallSlots<string>(LIMITS);
  for (const [agentId, count] of Object.entries(queues))
    for (let number = 0; number < count; number += 1) slots.add(agentId, `${agentId}${number}`, 0);
  return slots;
}

function takeAll(slots: CallSlots<string>, nowMs = 0): readonly string[] {
  const taken: string[] = [];
  for (let item = slots.next(nowMs); item !== null; item = slots.next(nowMs)) taken.push(item);
  return taken;
}

test('agents take turns, however long their queues are, each in its own order', () => {
  const slots = filled({ a: 100, b: 2, c: 1 });
  expect(takeAll(slots).slice(0, 6)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2']);
});

test('one agent has no more calls than its limit, and the rest waits', () => {
  const slots = filled({ a: 100 });
  expect(takeAll(slots)).toHaveLength(LIMITS.callsPerAgentMax);
  expect([slots.running, slots.queued]).toEqual([8, 92]);
  slots.ended('a', 'well', 0, 0);
  expect(takeAll(slots)).toEqual(['a8']);
});

test('any number of slow agents leaves something for the next one', () => {
  const slow = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`slow${at}`, 50]));
  const slots = filled(slow);
  takeAll(slots);
  expect(slots.running).toBeLessThan(LIMITS.callsMax);
  slots.add('quick', 'now', 0);
  expect(slots.next(0)).toBe('now');
});

test('an agent whose calls fail in a row is left alone, and the others are not', () => {
  const slots = filled({ sick: 50, fine: 50 });
  for (let count = 0; count < BREAKER_FAILURES_MAX; count += 1) {
    takeAll(slots);
    slots.ended('sick', 'unwell', 0, 0.5);
  }
  expect(slots.breakerOf('sick', 0)).toBe('open');
  slots.ended('fine', 'well', 0, 0);
  expect(takeAll(slots).every((item) => item.startsWith('fine'))).toBe(true);
  expect(slots.loads(0)).toContainEqual(
    expect.objectContaining({ agentId: 'sick', breaker: 'open', failuresInRow: 10 }),
  );
});

test('a breaker that is half open lets one call through at a time', () => {
  const slots = filled({ sick: 50 });
  for (let count = 0; count < BREAKER_FAILURES_MAX; count += 1) {
    slots.next(0);
    slots.ended('sick', 'unwell', 0, 0.5);
  }
  expect(takeAll(slots, 1_000)).toEqual([]);
  expect(takeAll(slots, 60_000)).toHaveLength(1);
  slots.ended('sick', 'well', 60_000, 0);
  expect(takeAll(slots, 60_000)).toHaveLength(LIMITS.callsPerAgentMax);
});

test('work that an open breaker has kept waiting too long is given up, and only that', () => {
  const slots = filled({ sick: 30, fine: 30 });
  for (let count = 0; count < BREAKER_FAILURES_MAX; count += 1) {
    takeAll(slots);
    slots.ended('sick', 'unwell', 0, 0.5);
  }
  slots.add('sick', 'young', 900);
  const queued = slots.queued;
  const given = [...slots.givenUp(1_000, 500)];
  expect(given.every((item) => item.startsWith('sick'))).toBe(true);
  expect(given.length).toBeGreaterThan(0);
  expect(slots.queued).toBe(queued - given.length);
  expect([...slots.givenUp(1_000, 500)]).toEqual([]);
});

test('an agent that has nothing to do and is well is forgotten', () => {
  const slots = filled({ a: 1 });
  slots.next(0);
  slots.ended('a', 'well', 0, 0);
  expect(slots.loads(0)).toEqual([]);
});
