import { expect, test } from 'vitest';
import {
  arcPath,
  CLIENT_RADIUS,
  NODE_RADIUS,
  onTheWay,
  placeOf,
  RING_HEIGHT,
  RING_WIDTH,
} from './ring-geometry.ts';

test('all nodes and their timers are inside the picture', () => {
  for (const id of [1, 2, 3, 4, 5]) {
    const { x, y } = placeOf(id);
    const reach = NODE_RADIUS + 12;
    expect(Math.min(x, y)).toBeGreaterThan(reach);
    expect(x).toBeLessThan(RING_WIDTH - reach);
    expect(y).toBeLessThan(RING_HEIGHT - reach + 8);
  }
});

test('a message begins and ends at the edges, and messages in opposite directions pass each other', () => {
  const from = placeOf(1);
  const start = onTheWay(1, 3, 0);
  expect(Math.hypot(start.x - from.x, start.y - from.y)).toBeCloseTo(Math.hypot(NODE_RADIUS, 7));
  const client = placeOf(0);
  const end = onTheWay(3, 0, 1);
  expect(Math.hypot(end.x - client.x, end.y - client.y)).toBeCloseTo(Math.hypot(CLIENT_RADIUS, 7));
  const there = onTheWay(1, 3, 0.5);
  const back = onTheWay(3, 1, 0.5);
  expect(Math.hypot(there.x - back.x, there.y - back.y)).toBeCloseTo(14);
});

test('an arc is drawn for every part, also none and all', () => {
  const centre = { x: 0, y: 0 };
  expect(arcPath(centre, 10, 0)).toBe('M 0 -10 A 10 10 0 0 1 0 -10');
  expect(arcPath(centre, 10, 0.25)).toMatch(/A 10 10 0 0 1 10 -?\d/);
  expect(arcPath(centre, 10, 0.75)).toMatch(/A 10 10 0 1 1 -10 /);
  expect(arcPath(centre, 10, 7)).toBe(arcPath(centre, 10, 1));
});
