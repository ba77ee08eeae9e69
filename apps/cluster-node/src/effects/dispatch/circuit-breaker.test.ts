import { expect, test } from 'vitest';
import {
  BREAKER_FAILURES_MAX,
  BREAKER_OPEN_MS,
  BREAKER_OPEN_MS_MAX,
  CircuitBreaker,
} from './circuit-breaker.ts';

const JUST_BELOW_ONE = 1 - Number.EPSILON;

function opened(): CircuitBreaker {
  const breaker = new CircuitBreaker();
  for (let count = 0; count < BREAKER_FAILURES_MAX; count += 1)
    breaker.failed(1_000, JUST_BELOW_ONE);
  return breaker;
}

test('failures that are not in a row never open it', () => {
  const breaker = new CircuitBreaker();
  for (let count = 0; count < 100; count += 1) {
    if (count % (BREAKER_FAILURES_MAX - 1) === 0) breaker.succeeded();
    breaker.failed(count, 0.5);
    expect(breaker.stateAt(count)).toBe('closed');
  }
});

test('failures in a row open it for a while, then one call decides', () => {
  const breaker = opened();
  const until = 1_000 + BREAKER_OPEN_MS;
  expect([breaker.stateAt(1_000), breaker.allows(until - 1)]).toEqual(['open', false]);
  expect([breaker.stateAt(until), breaker.allows(until)]).toEqual(['half-open', true]);
  breaker.began(until);
  expect(breaker.allows(until)).toBe(false);
  breaker.succeeded();
  expect([breaker.stateAt(until), breaker.allows(until)]).toEqual(['closed', true]);
});

test('every call that decides against the agent doubles the pause, up to a limit', () => {
  const breaker = opened();
  let nowMs = breaker.openUntilMs;
  for (const pause of [4_000, 8_000, 16_000, 30_000, 30_000]) {
    breaker.began(nowMs);
    breaker.failed(nowMs, JUST_BELOW_ONE);
    expect(Math.round(breaker.openUntilMs - nowMs)).toBe(pause);
    nowMs = breaker.openUntilMs;
  }
  expect(BREAKER_OPEN_MS_MAX).toBe(30_000);
});

test('chance makes the pause shorter by up to a half', () => {
  const breaker = new CircuitBreaker();
  for (let count = 0; count < BREAKER_FAILURES_MAX; count += 1) breaker.failed(0, 0);
  expect(breaker.openUntilMs).toBe(BREAKER_OPEN_MS / 2);
});

test('calls that end late, while it is open, change nothing; one that says nothing frees the turn', () => {
  const breaker = opened();
  const until = breaker.openUntilMs;
  breaker.failed(until - 1, JUST_BELOW_ONE);
  expect(breaker.openUntilMs).toBe(until);
  breaker.began(until);
  breaker.undecided();
  expect(breaker.allows(until)).toBe(true);
});
