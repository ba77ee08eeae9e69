import { setTimeout as pause } from 'node:timers/promises';
import type { LongestTurn } from '@fleetlm/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inComponent, takeLongestTurn } from './component-turns.ts';
import {
  blockedBy,
  type EventLoopWatchdog,
  LOOP_BLOCK_MS,
  watchEventLoop,
} from './event-loop-watchdog.ts';

let blocks: LongestTurn[];
let watchdog: EventLoopWatchdog;

beforeEach(() => {
  blocks = [];
  watchdog = watchEventLoop((block) => blocks.push(block));
});
afterEach(() => watchdog.stop());

function spin(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}

describe('the watchdog of the event loop', () => {
  test('names the component that blocked it', async () => {
    await pause(60);
    inComponent('socket', () => {
      inComponent('apply', () => spin(2 * LOOP_BLOCK_MS));
    });
    await expect.poll(() => blocks.length).toBeGreaterThan(0);
    // Rightly `starved` on a machine where most of the block was not this process'.
    expect(['apply', 'starved']).toContain(blocks[0]?.component);
    expect(blocks[0]?.ms).toBeGreaterThan(LOOP_BLOCK_MS);
  });

  test('reports a block by no component it knows', async () => {
    await pause(60);
    spin(LOOP_BLOCK_MS + 400);
    await expect.poll(() => blocks.length).toBeGreaterThan(0);
    expect(['other', 'starved']).toContain(blocks[0]?.component);
  });

  test('counts blocks and keeps the longest turn of the last minute for operators', async () => {
    await expect.poll(() => watchdog.longestTurn()).not.toBeNull();
    const before = watchdog.blocks;
    inComponent('search', () => spin(2 * LOOP_BLOCK_MS));
    await expect.poll(() => watchdog.blocks).toBeGreaterThan(before);
    expect(watchdog.longestTurn()?.ms).toBeGreaterThan(LOOP_BLOCK_MS);
    expect(['search', 'starved']).toContain(watchdog.longestTurn()?.component);
  });

  test('gives a block as the worst delay, also when asked before the beat', async () => {
    await expect.poll(() => watchdog.takeWorstMs()).not.toBeNull();
    spin(300);
    expect(watchdog.takeWorstMs()).toBeGreaterThanOrEqual(200);
  });

  test('distinguishes a process that got no processor time from one that was busy', () => {
    expect(blockedBy(1_000, 20, { component: 'apply', ms: 10 })).toBe('starved');
    expect(blockedBy(1_000, 900, { component: 'apply', ms: 10 })).toBe('other');
    expect(blockedBy(1_000, 900, { component: 'apply', ms: 800 })).toBe('apply');
  });

  test('counts a component within another one for itself, and survives what it throws', () => {
    takeLongestTurn();
    expect(() =>
      inComponent('rest', () => {
        inComponent('flusher', () => spin(20));
        throw new Error('on the way out');
      }),
    ).toThrow('on the way out');
    expect(takeLongestTurn().component).toBe('flusher');
    expect(takeLongestTurn()).toEqual({ component: 'other', ms: 0 });
  });
});
