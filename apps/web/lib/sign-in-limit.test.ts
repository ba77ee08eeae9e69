import { expect, test } from 'vitest';
import { SIGN_IN_TRIES_MAX, SignInLimit } from './sign-in-limit.ts';

test('an account is closed for the rest of the minute after too many tries, another one is not', () => {
  const limit = new SignInLimit();
  for (let tries = 1; tries <= SIGN_IN_TRIES_MAX; tries += 1)
    expect(limit.allow('Demo@x', tries)).toBe(true);
  expect(limit.allow('demo@x', 100)).toBe(false);
  expect(limit.allow('other@x', 100)).toBe(true);
  expect(limit.allow('demo@x', 60_002)).toBe(true);
});

test('a right password begins the count anew', () => {
  const limit = new SignInLimit();
  for (let tries = 1; tries <= SIGN_IN_TRIES_MAX; tries += 1) limit.allow('demo@x', 0);
  limit.succeeded('demo@x');
  expect(limit.allow('demo@x', 1)).toBe(true);
});
