import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstStale, type Versioned } from './k5-real-time.ts';

/**
 * By brute force: is there an order of all operations that keeps real time, in which appends come by their seq
 * and every read sees exactly the appends before it?
 */
function isLinearizable(operations: readonly Versioned[], head = 0): boolean {
  if (operations.length === 0) return true;
  return operations.some((first) => {
    const mustWait = operations.some((other) => other !== first && other.returnMs < first.callMs);
    if (mustWait) return false;
    const isRead = first.version % 2 === 1;
    const fits = isRead ? first.version === 2 * head + 1 : first.version === 2 * (head + 1);
    return (
      fits &&
      isLinearizable(
        operations.filter((other) => other !== first),
        isRead ? head : head + 1,
      )
    );
  });
}

const interval = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 6 }), fc.boolean())
  .map(([callMs, duration, returns]) => ({
    callMs,
    returnMs: returns ? callMs + duration : Number.POSITIVE_INFINITY,
  }));

test('the check by versions agrees with brute force', () => {
  let violations = 0;
  const agrees = fc.property(
    fc.array(interval, { maxLength: 4 }),
    fc.array(fc.tuple(interval, fc.nat({ max: 4 })), { maxLength: 3 }),
    (appends, reads) => {
      const operations: readonly Versioned[] = [
        ...appends.map((times, at) => ({ ...times, version: 2 * (at + 1), what: 'append' })),
        ...reads.map(([times, head]) => ({
          ...times,
          version: 2 * Math.min(head, appends.length) + 1,
          what: 'read',
        })),
      ];
      const stale = firstStale(operations);
      if (stale !== null) violations += 1;
      expect(stale === null).toBe(isLinearizable(operations));
    },
  );
  fc.assert(agrees, { numRuns: 3_000 });
  expect(violations).toBeGreaterThan(300);
});
