import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueIndex } from './due-index.ts';

test('what is due comes out in the order of its times, and nothing before its time', () => {
  const index = new DueIndex();
  index.add('b', 20);
  index.add('a', 10);
  index.add('c', 30);
  expect(index.take(9)).toBeNull();
  expect([index.take(25), index.take(25), index.take(25)]).toEqual(['a', 'b', null]);
  expect(index.size).toBe(1);
});

test('a session stands in it once, under its earliest time', () => {
  const index = new DueIndex();
  index.add('a', 30);
  index.add('a', 10);
  index.add('a', 20);
  expect(index.size).toBe(1);
  expect([index.take(100), index.take(100)]).toEqual(['a', null]);
});

test('any mix of additions and looks is what a sorted list gives', () => {
  const step = fc.oneof(
    fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), atMs: fc.nat(50) }),
    fc.record({ takeAtMs: fc.nat(50) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const index = new DueIndex();
      const model = new Map<string, number>();
      for (const one of steps) {
        if ('takeAtMs' in one) {
          const due = [...model].filter(([, atMs]) => atMs <= one.takeAtMs);
          const earliest = Math.min(...due.map(([, atMs]) => atMs));
          const taken = index.take(one.takeAtMs);
          if (taken === null) expect(due).toEqual([]);
          else {
            expect(model.get(taken)).toBe(earliest);
            model.delete(taken);
          }
        } else {
          index.add(one.id, one.atMs);
          model.set(one.id, Math.min(model.get(one.id) ?? Number.POSITIVE_INFINITY, one.atMs));
        }
        expect(index.size).toBe(model.size);
      }
    }),
  );
});
