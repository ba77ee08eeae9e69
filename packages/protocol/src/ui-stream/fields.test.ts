import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonObject, mergeInto, mergeObjects } from './fields.ts';

const key = fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 2 }),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
}));
const object = value.filter((any): any is JsonObject => {
  return typeof any === 'object' && any !== null && !Array.isArray(any);
});

test('merging in place comes to what merging copies does, and leaves what is merged as it was', () => {
  fc.assert(
    fc.property(fc.array(object, { maxLength: 4 }), (added) => {
      const before = JSON.stringify(added);
      const target: Record<string, unknown> = {};
      let merged: JsonObject = {};
      for (const one of added) {
        mergeInto(target, one);
        merged = mergeObjects(merged, one);
      }
      expect(JSON.stringify(target)).toBe(JSON.stringify(merged));
      expect(JSON.stringify(added)).toBe(before);
    }),
    { numRuns: 500 },
  );
});
