import { expect, test } from 'vitest';
import { groupName, moveInGrid } from './grid.ts';

test('a group is two hex digits', () => {
  expect([groupName(0), groupName(163), groupName(255)]).toEqual(['00', 'A3', 'FF']);
});

test('arrows, Home and End move in the grid and stop at its edges', () => {
  const move = (from: number, key: string, isCtrl = false) =>
    moveInGrid(from, key, isCtrl, 16, 256);
  expect(move(20, 'ArrowDown')).toBe(36);
  expect(move(5, 'ArrowUp')).toBeNull();
  expect(move(255, 'ArrowRight')).toBeNull();
  expect([
    move(20, 'Home'),
    move(20, 'End'),
    move(20, 'Home', true),
    move(20, 'End', true),
  ]).toEqual([16, 31, 0, 255]);
  expect(move(20, 'a')).toBeNull();
});
