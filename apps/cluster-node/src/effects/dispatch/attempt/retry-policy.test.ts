import { expect, test } from 'vitest';
import { errorText } from '../../error-text.ts';
import { ATTEMPTS_MAX, type AttemptFailure, decideRetry, retryAfterMs } from './retry-policy.ts';

const NOTHING = errorText('');
const NOW_MS = Date.parse('2027-01-01T00:00:00Z');
const status = (code: number, retryAfter: string | null = null): AttemptFailure => ({
  kind: 'status',
  status: code,
  retryAfter: retryAfter === null ? null : errorText(retryAfter),
});

test.each([
  [status(500), 'retry'],
  [status(503), 'retry'],
  [status(429), 'retry'],
  [status(408), 'retry'],
  [status(425), 'retry'],
  [{ kind: 'timeout', code: 'idle_timeout', detail: NOTHING } as const, 'retry'],
  [{ kind: 'connection', code: 'dns', detail: NOTHING } as const, 'retry'],
  [{ kind: 'answer', code: 'invalid_answer', detail: NOTHING } as const, 'retry'],
  [status(400), 'fail'],
  [status(401), 'fail'],
  [status(404), 'fail'],
  [status(302), 'fail'],
  [status(410), 'disable'],
  [{ kind: 'history', code: 'history_unavailable', detail: NOTHING } as const, 'retry'],
  [{ kind: 'refused', code: 'agent_disabled', detail: NOTHING } as const, 'fail'],
  [{ kind: 'breaker' } as const, 'fail'],
  [{ kind: 'exhausted' } as const, 'fail'],
  [{ kind: 'internal' } as const, 'retry'],
])('a first attempt that ended with %j: %s', (failure, expected) => {
  expect(decideRetry(failure, 1, NOW_MS, 0.5).type).toBe(expected);
});

test('the last attempt is not followed by another', () => {
  expect(decideRetry(status(503), ATTEMPTS_MAX, NOW_MS, 0).type).toBe('fail');
});

test('waits double, and chance spreads them between half and the whole', () => {
  const delay = (attempt: number, random: number): number => {
    const decision = decideRetry(status(503), attempt, NOW_MS, random);
    return decision.type === 'retry' ? decision.delayMs : -1;
  };
  expect([delay(1, 0), delay(1, 0.999)]).toEqual([250, 500]);
  expect([delay(3, 0), delay(3, 0.999)]).toEqual([1000, 1999]);
});

test.each([
  ['3', 3000],
  ['Fri, 01 Jan 2027 00:00:10 GMT', 10_000],
  ['99999999', 60_000],
  ['99999999999999999999999', 60_000],
  ['0', 0],
  ['1.5', null],
  ['', null],
  ['-5', null],
  ['soon', null],
  ['Thu, 31 Dec 2026 00:00:00 GMT', null],
  [null, null],
])('Retry-After %j is %j', (header, expected) => {
  expect(retryAfterMs(header, NOW_MS)).toBe(expected);
});
