import { expect, test } from 'vitest';
import {
  SIGN_IN_WINDOW_MS,
  SIGN_INS_PER_ACCOUNT_MAX,
  SIGN_INS_PER_ADDRESS_MAX,
  SIGN_INS_PER_PAIR_MAX,
} from '../../common/limits.ts';
import { type SignInAttempt, SignInLimit } from './sign-in-limit.ts';

const attempt = (account: string, address: string, isKnownDevice = false): SignInAttempt => ({
  account,
  address,
  isKnownDevice,
});

/** How many of the attempts are let through. */
function allowed(limit: SignInLimit, attempts: readonly SignInAttempt[], nowMs = 0): number {
  return attempts.filter((one) => limit.allow(one, nowMs)).length;
}

test('one account is tried a few times a minute from one address, however it is written', () => {
  const limit = new SignInLimit();
  const many = Array.from({ length: 50 }, (_, at) => attempt(at % 2 ? 'Demo@x ' : 'demo@x', 'a'));
  expect(allowed(limit, many.slice(0, 15))).toBe(SIGN_INS_PER_PAIR_MAX);
  expect(limit.allow(attempt('demo@x', 'a'), SIGN_IN_WINDOW_MS)).toBe(true);
});

test('spraying: one address tries many accounts only as often as its own limit says', () => {
  const limit = new SignInLimit();
  const spray = Array.from({ length: 500 }, (_, at) => attempt(`user${at}@x`, 'a'));
  expect(allowed(limit, spray)).toBe(SIGN_INS_PER_ADDRESS_MAX);
  expect(limit.allow(attempt('user1@x', 'b'), 0)).toBe(true);
});

test('one account is tried from many addresses only as often as its own limit says', () => {
  const limit = new SignInLimit();
  const guesses = Array.from({ length: 500 }, (_, at) => attempt('demo@x', `10.0.0.${at}`));
  expect(allowed(limit, guesses)).toBe(SIGN_INS_PER_ACCOUNT_MAX);
});

test('guessing at a name does not lock its owner out of a device that is known', () => {
  const limit = new SignInLimit();
  allowed(
    limit,
    Array.from({ length: 500 }, (_, at) => attempt('demo@x', `10.0.0.${at}`)),
  );
  expect(limit.allow(attempt('demo@x', 'home', false), 1)).toBe(false);
  expect(limit.allow(attempt('demo@x', 'home', true), 1)).toBe(true);
  // Also where both come through one address.
  expect(limit.allow(attempt('demo@x', '10.0.0.1', true), 1)).toBe(true);
  expect(allowed(limit, Array(50).fill(attempt('demo@x', 'home', true)))).toBe(
    SIGN_INS_PER_PAIR_MAX - 2,
  );
});

test('a right password begins the count of its account and address anew, and no other', () => {
  const limit = new SignInLimit();
  const own = attempt('demo@x', 'a');
  allowed(limit, Array(SIGN_INS_PER_PAIR_MAX).fill(own));
  expect(limit.allow(own, 1)).toBe(false);
  limit.succeeded(own);
  expect(limit.allow(own, 2)).toBe(true);
  const spray = Array.from({ length: 100 }, (_, at) => attempt(`user${at}@x`, 'a'));
  expect(allowed(limit, spray)).toBe(SIGN_INS_PER_ADDRESS_MAX - SIGN_INS_PER_PAIR_MAX - 2);
});
