import { expect, test } from 'vitest';
import { CHUNKS_PER_SECOND_MAX, ChunkThrottle } from './chunk-throttle.ts';

test('a burst passes, then an agent is read at its pace and no other one is held up', () => {
  let now = 1_000;
  const throttle = new ChunkThrottle(() => now);
  expect(throttle.waitMs('loud', CHUNKS_PER_SECOND_MAX / 2)).toBe(0);
  expect(throttle.waitMs('loud', CHUNKS_PER_SECOND_MAX / 10)).toBe(100);
  expect(throttle.waitMs('quiet', 100)).toBe(0);
  now += 600;
  expect(throttle.waitMs('loud', 100)).toBe(0);
});

test('chunks that take long are read as much more slowly', () => {
  let now = 1_000;
  const throttle = new ChunkThrottle(() => now);
  expect(throttle.waitMs('costly', 1, 125)).toBe(0);
  expect(throttle.waitMs('costly', 1, 50)).toBe(200);
  now += 700;
  expect(throttle.waitMs('costly', 1, 1)).toBe(0);
});

test('who speaks slowly never waits, however long', () => {
  let now = 0;
  const throttle = new ChunkThrottle(() => now);
  for (let second = 0; second < 100; second += 1) {
    expect(throttle.waitMs('steady', CHUNKS_PER_SECOND_MAX)).toBeLessThanOrEqual(500);
    now += 1_000;
  }
});

test('many loud agents share half of the time, and a quiet one is not held up', () => {
  let now = 1_000;
  const throttle = new ChunkThrottle(() => now);
  let spentMs = 0;
  const readyAt = Array.from({ length: 10 }, () => now);
  for (; now < 61_000; now += 10) {
    for (const [number, at] of readyAt.entries()) {
      if (at > now) continue;
      spentMs += 10;
      readyAt[number] = now + throttle.waitMs(`loud-${number}`, 10, 10);
    }
    expect(throttle.waitMs('quiet', 1, 0.05)).toBe(0);
  }
  expect(spentMs / 60_000).toBeGreaterThan(0.4);
  expect(spentMs / 60_000).toBeLessThan(0.6);
});
