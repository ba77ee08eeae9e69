import { describe, expect, test } from 'vitest';
import { fnv1a32, groupOfUser } from './group-hash.ts';

describe('group of a user', () => {
  test.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['b', 0xe70c2de5],
    ['foobar', 0xbf9cf968],
  ])('FNV-1a of %j is the published value', (text, hash) => {
    expect(fnv1a32(text)).toBe(hash);
  });

  test('characters beyond ASCII are hashed as UTF-8', () => {
    const bytes = [...new TextEncoder().encode('grüße-😀')];
    const expected = bytes.reduce(
      (hash, byte) => Math.imul(hash ^ byte, 0x01000193),
      0x811c9dc5 | 0,
    );
    expect(fnv1a32('grüße-😀')).toBe(expected >>> 0);
  });

  test.each([
    ['alice', 256, 30],
    ['bob', 256, 86],
    ['用户-42', 256, 155],
    ['alice', 8, 6],
    ['alice', 1, 0],
  ])('%s of %d groups is always in group %d', (user, groups, group) => {
    expect(groupOfUser(user, groups)).toBe(group);
  });

  test('users spread evenly over the groups', () => {
    const counts = new Array<number>(256).fill(0);
    for (let user = 0; user < 256 * 100; user += 1) {
      const group = groupOfUser(`user-${user}`, 256);
      counts[group] = (counts[group] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(160);
  });

  test.each([0, 257, 1.5, -1, Number.NaN])('%d is no number of groups', (groups) => {
    expect(() => groupOfUser('alice', groups)).toThrow(RangeError);
  });
});
