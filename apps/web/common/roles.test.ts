import { expect, test } from 'vitest';
import { isAtLeast, ROLES, roleOf } from './roles.ts';

test('each role may do what the roles before it may, and no role more', () => {
  const allowed = ROLES.map((role) => ROLES.filter((needed) => isAtLeast(role, needed)));
  expect(allowed).toEqual([['user'], ['user', 'owner'], ['user', 'owner', 'admin']]);
});

test('what is no role is the least of them', () => {
  for (const value of [null, undefined, '', 'root', 'Admin', 1]) expect(roleOf(value)).toBe('user');
  expect(roleOf('owner')).toBe('owner');
});
