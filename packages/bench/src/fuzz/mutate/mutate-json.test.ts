import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../torture/seeded-random.ts';
import { treeOf, treePayload } from '../inputs/json-tree.ts';
import { payloadBytes, payloadSize } from '../inputs/payload.ts';
import { atLimit, hostileValue, NAMED_LIMITS } from './hostile-values.ts';
import { MUTANT_BYTES_MAX, mutateDocument, mutateTree } from './mutate-json.ts';

const valid = treeOf({ user_id: 'alice', content: { text: 'hello', parts: [{ type: 'text' }] } });

/** As they are described: their bytes would be gigabytes. */
function mutants(seed: number, count: number): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () =>
    JSON.stringify(treePayload(mutateTree(valid, random))),
  );
}

describe('mutants of a valid body', () => {
  test('are the same for the same seed', () => {
    expect(mutants(3, 100)).toEqual(mutants(3, 100));
    expect(mutants(3, 100)).not.toEqual(mutants(4, 100));
  });

  test('differ from the valid one, nearly always', () => {
    const original = JSON.stringify(treePayload(valid));
    expect(mutants(5, 200).filter((one) => one === original).length).toBeLessThan(5);
  });

  test('hold missing, doubled and odd fields, depth, and bytes that are not UTF-8', () => {
    const all = mutants(6, 800);
    const some = (what: (text: string) => boolean): boolean => all.some(what);
    expect(some((text) => !text.includes('user_id'))).toBe(true);
    expect(some((text) => text.split('user_id').length > 2)).toBe(true);
    expect(some((text) => text.includes('__proto__'))).toBe(true);
    expect(some((text) => text.includes('{"repeat":"[","times":100000}'))).toBe(true);
    expect(some((text) => text.includes('\\\\ud800'))).toBe(true);
    expect(some((text) => text.includes('{"base64":"//4="}'))).toBe(true);
    expect(some((text) => text.includes('1e999'))).toBe(true);
  });

  test('come to no more bytes than the largest edge could take', () => {
    const random = seededRandom(8);
    for (let count = 0; count < 500; count += 1)
      expect(payloadSize(treePayload(mutateTree(valid, random)))).toBeLessThanOrEqual(
        MUTANT_BYTES_MAX,
      );
  });

  test('leave the tree that they were made of as it was', () => {
    const before = payloadBytes(treePayload(valid)).toString();
    mutants(7, 200);
    expect(payloadBytes(treePayload(valid)).toString()).toBe(before);
  });
});

test('every named limit is drawn at its edge: one less, exact, one more', () => {
  const random = seededRandom(1);
  const lengths = new Set<number>();
  for (let count = 0; count < 4_000; count += 1) {
    const value = atLimit(random);
    if (typeof value === 'object' && 'concat' in value) {
      const [, inner] = value.concat;
      if (typeof inner === 'object' && 'repeat' in inner) lengths.add(inner.times);
    }
  }
  expect(NAMED_LIMITS.size).toBeGreaterThan(20);
  for (const [name, limit] of NAMED_LIMITS)
    for (const length of [limit - 1, limit, limit + 1])
      expect(lengths, `${name} ${length}`).toContain(length);
});

test('hostile values and documents can always be turned into bytes', () => {
  const random = seededRandom(2);
  for (let count = 0; count < 100; count += 1) {
    expect(payloadBytes(hostileValue(random)).length).toBeGreaterThan(0);
    payloadBytes(mutateDocument('{"a":1}', random));
  }
});
