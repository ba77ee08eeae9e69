import { describe, expect, test } from 'vitest';
import { FAILED_AUTHENTICATION_COST } from '../limits.ts';
import { RequestError } from '../request-error.ts';
import { TEST_QUOTAS } from '../testing/test-gateway.ts';
import type { Identity } from './identity.ts';
import { type QuotaSettings, Quotas } from './quotas.ts';

const ALICE: Identity = { type: 'user', userId: 'alice', role: 'user', expiresAtMs: 1 };
const BOB: Identity = { ...ALICE, userId: 'bob' };
const API_KEY: Identity = { type: 'api-key' };

function create(settings: Partial<QuotaSettings> = {}) {
  const refusals: string[] = [];
  const clock = { ms: 0 };
  const quotas = new Quotas({
    settings: { ...TEST_QUOTAS, ...settings },
    refused: (scope, resource) => refusals.push(`${scope} ${resource}`),
    nowMs: () => clock.ms,
  });
  return { quotas, refusals, clock };
}

function refusalOf(run: () => unknown): RequestError {
  try {
    run();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error('it was admitted');
}

function times(count: number, run: () => unknown): void {
  for (let n = 0; n < count; n += 1) run();
}

describe('a rate', () => {
  test.each([
    ['user requests', { userRequestsPerS: 5 }, (quotas: Quotas) => quotas.acquireRequest(ALICE, 0)],
    ['user events', { userEventsPerS: 5 }, (quotas: Quotas) => quotas.takeEvent(ALICE, 0)],
    ['user bytes', { userBytesPerS: 500 }, (quotas: Quotas) => quotas.takeEvent(ALICE, 100)],
    [
      'address requests',
      { addressRequestsPerS: 5 },
      (quotas: Quotas) => quotas.takeAnonymousRequest('a'),
    ],
    [
      'agent requests',
      { agentRequestsPerS: 5 },
      (quotas: Quotas) => quotas.takeAgentMessage('bot'),
    ],
    [
      'api_key requests',
      { apiKeyRequestsPerS: 5 },
      (quotas: Quotas) => quotas.acquireRequest(API_KEY, 0),
    ],
    [
      'api_key bytes',
      { apiKeyBytesPerS: 500 },
      (quotas: Quotas) => quotas.acquireRequest(API_KEY, 100),
    ],
  ])('of %s admits two seconds at once and then refills', (name, settings, take) => {
    const { quotas, refusals, clock } = create(settings);
    times(10, () => take(quotas));
    const refusal = refusalOf(() => take(quotas));
    expect(refusal.failure.code).toBe('rate_limited');
    expect(refusal.retryAfterS).toBe(1);
    expect(refusals).toEqual([name]);
    clock.ms += 200;
    take(quotas);
    expect(() => take(quotas)).toThrow(RequestError);
  });

  test('of new sessions is a minute long, and says how long to wait', () => {
    const { quotas, clock } = create({ userSessionsPerMinute: 6 });
    times(6, () => quotas.takeSession(ALICE));
    expect(refusalOf(() => quotas.takeSession(ALICE)).retryAfterS).toBe(10);
    quotas.takeSession(BOB);
    times(100, () => quotas.takeSession(API_KEY));
    clock.ms += 10_000;
    quotas.takeSession(ALICE);
  });

  test('of one user leaves the others alone', () => {
    const { quotas } = create({ userRequestsPerS: 1 });
    times(2, () => quotas.acquireRequest(ALICE, 0));
    expect(() => quotas.acquireRequest(ALICE, 0)).toThrow(RequestError);
    quotas.acquireRequest(BOB, 0);
  });

  test('admits what is larger than its burst when nothing else was sent', () => {
    const { quotas } = create({ userBytesPerS: 100 });
    quotas.takeEvent(ALICE, 1_000_000);
    expect(refusalOf(() => quotas.takeEvent(ALICE, 1_000_000)).retryAfterS).toBe(2);
  });

  test('is used up sooner by tokens that do not verify', () => {
    const { quotas } = create({ addressRequestsPerS: FAILED_AUTHENTICATION_COST });
    times(2, () => quotas.chargeFailedAuthentication('a'));
    expect(() => quotas.takeAnonymousRequest('a')).toThrow(RequestError);
    quotas.takeAnonymousRequest('b');
  });
});

describe('a number in use', () => {
  test('of requests in flight is given back once', () => {
    const { quotas, refusals } = create({ userInFlight: 2 });
    const first = quotas.acquireRequest(ALICE, 0);
    quotas.acquireRequest(ALICE, 0);
    expect(() => quotas.acquireRequest(ALICE, 0)).toThrow(RequestError);
    expect(refusals).toEqual(['user in_flight']);
    first();
    first();
    quotas.acquireRequest(ALICE, 0);
    expect(() => quotas.acquireRequest(ALICE, 0)).toThrow(RequestError);
  });

  test.each(['acquireSocket', 'acquireStream'] as const)(
    '%s counts by user and by address',
    (acquire) => {
      const { quotas, refusals } = create({
        userSockets: 2,
        userStreams: 2,
        addressSockets: 3,
        addressStreams: 3,
      });
      const take = (identity: Identity, address: string) => quotas[acquire]({ identity, address });
      take(ALICE, 'a');
      take(ALICE, 'a');
      // A refusal for the user takes nothing from the address.
      times(5, () => expect(() => take(ALICE, 'a')).toThrow(RequestError));
      const bobs = take(BOB, 'a');
      expect(() => take(BOB, 'a')).toThrow(RequestError);
      take(BOB, 'b');
      bobs();
      take(API_KEY, 'a');
      const resource = acquire === 'acquireSocket' ? 'sockets' : 'streams';
      expect(new Set(refusals)).toEqual(new Set([`user ${resource}`, `address ${resource}`]));
    },
  );
});
