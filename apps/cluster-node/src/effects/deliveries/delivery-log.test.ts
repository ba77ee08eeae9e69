import type { DispatchState } from '@fleetlm/conversation';
import { expect, test } from 'vitest';
import { errorText } from '../error-text.ts';
import { AttemptRing } from './attempt-ring.ts';
import { attemptState, deliveriesOf, recordOf } from './delivery-attempt.ts';
import { DeliveryLog } from './delivery-log.ts';
import { DeliveryWriter } from './delivery-writer.ts';
import { failureSignature } from './failure-signature.ts';
import { failed, report, retried, SESSION, sessionOf } from './testing/reports.ts';

const newLog = (attemptsMax = 100): DeliveryLog =>
  new DeliveryLog({
    nodeId: 'n1',
    limits: { attemptsMax, bytesMax: 10_000_000 },
    onReported: () => undefined,
    onEnded: () => undefined,
    onUnwritten: () => undefined,
  });
/** An attempt that ends its turn, and the decision that it did. */
function end(log: DeliveryLog, one: ReturnType<typeof report>, isCommitted = true): void {
  log.report(one);
  log.decided({ sessionId: one.sessionId, epoch: one.epoch, isCommitted });
}
const statesOf = (log: DeliveryLog): readonly string[] =>
  deliveriesOf(log.recent('bot', 100)).map(({ id, state }) => `${id.split(':')[1]} ${state}`);
const waiting = (epoch: number, attempt: number): DispatchState => ({
  status: 'waiting',
  epoch,
  attempt,
  dueAtMs: 0,
  dueByMs: 0,
  error: null,
});

test('attempts of one turn are one delivery, the newest turn first', () => {
  const log = newLog();
  log.report(retried({ attempt: 1, startedAtMs: 1_000 }));
  end(log, report({ epoch: 2, sessionId: sessionOf(9), startedAtMs: 1_500 }));
  end(log, report({ attempt: 2, startedAtMs: 2_000 }));
  const deliveries = deliveriesOf(log.recent('bot', 100));
  expect(deliveries).toMatchObject([
    { id: `${sessionOf(9)}:2`, state: 'delivered' },
    { id: `${SESSION}:1`, state: 'delivered', startedAtMs: 1_000 },
  ]);
  expect(deliveries[1]?.attempts.map((attempt) => attemptState(attempt))).toEqual([
    'failed',
    'delivered',
  ]);
  expect(log.recent('another', 100)).toEqual([]);
  expect(log.recent('bot', 1)).toMatchObject([{ attempt: 2 }]);
});

test('a turn that is over gets no other attempt', () => {
  const log = newLog();
  log.report(retried({ attempt: 1 }));
  log.dispatchChanged(SESSION, waiting(1, 1));
  expect(statesOf(log)).toEqual(['1 pending']);
  expect(log.retrying('bot')).toBe(1);
  log.dispatchChanged(SESSION, { status: 'idle', epoch: 1 });
  expect(statesOf(log)).toEqual(['1 stopped']);
  expect(log.retrying('bot')).toBe(0);
  const [attempt] = log.recent('bot', 1);
  expect(attempt).toMatchObject({ nextAttemptAtMs: null, errorCode: 'http_status' });
  expect(attempt && attemptState(attempt)).toBe('failed');
});

test('what another node makes of a turn is recorded by that node', () => {
  const log = newLog();
  log.report(retried({ attempt: 1 }));
  log.dispatchChanged(SESSION, {
    status: 'running',
    epoch: 1,
    attempt: 2,
    startedAtMs: 0,
    throughSeq: 1,
  });
  log.dispatchChanged(SESSION, { status: 'idle', epoch: 1 });
  expect(statesOf(log)).toEqual(['1 pending']);
  expect(log.retrying('bot')).toBe(0);
});

test('the end of a turn is listed once it is decided, and an attempt whose end was not committed as stopped', () => {
  const ended: string[] = [];
  const log = new DeliveryLog({
    nodeId: 'n1',
    onReported: () => undefined,
    onEnded: ({ epoch, attempt, state }) => ended.push(`${epoch}/${attempt} ${state}`),
    onUnwritten: () => undefined,
  });
  log.report(failed());
  expect(statesOf(log)).toEqual([]);
  expect(log.ring.unwritten).toBe(0);
  log.decided({ sessionId: SESSION, epoch: 1, isCommitted: false });
  expect(statesOf(log)).toEqual(['1 stopped']);
  end(log, report({ attempt: 2 }));
  // Neither an earlier decision nor a second one says anything of it.
  log.decided({ sessionId: SESSION, epoch: 1, isCommitted: true });
  log.report(failed({ epoch: 2 }));
  log.decided({ sessionId: SESSION, epoch: 1, isCommitted: true });
  expect(statesOf(log)).toEqual(['1 delivered']);
  expect(ended).toEqual(['1/2 delivered']);
});

test('a replay is marked on every attempt of its turn, and on no other', () => {
  const log = newLog();
  end(log, failed({ epoch: 1 }));
  log.replayed(SESSION, 2);
  log.report(retried({ epoch: 2, attempt: 1 }));
  end(log, report({ epoch: 2, attempt: 2 }));
  end(log, report({ epoch: 3 }));
  expect(log.recent('bot', 9).map(({ epoch, isReplay }) => [epoch, isReplay])).toEqual([
    [3, false],
    [2, true],
    [2, true],
    [1, false],
  ]);
});

test('when memory is full the oldest go; only those that were not written are counted as dropped', () => {
  const log = newLog(3);
  for (let epoch = 1; epoch <= 3; epoch += 1) end(log, report({ epoch }));
  log.ring.written(log.ring.batch(2, 1_000_000));
  for (let epoch = 4; epoch <= 6; epoch += 1) end(log, report({ epoch }));
  expect(log.ring.size).toBe(3);
  expect(log.ring.dropped).toBe(1);
  expect(log.ring.batch(10, 1_000_000).map(({ epoch }) => epoch)).toEqual([4, 5, 6]);
});

test('bytes are bounded, too', () => {
  const ring = new AttemptRing({ attemptsMax: 1_000_000, bytesMax: 200_000 });
  const body = 'x'.repeat(8_192);
  const side = { headers: {}, body, isTruncated: true };
  for (let epoch = 1; epoch <= 1_000; epoch += 1)
    ring.add(recordOf(report({ epoch, request: side, response: side }), 'n1', false));
  expect(ring.bytes).toBeLessThanOrEqual(200_000);
  expect(ring.size).toBeGreaterThan(3);
  expect(ring.dropped).toBe(1_000 - ring.size);
});

test('what changes while it is being written is written again', async () => {
  const log = newLog();
  log.report(retried({ attempt: 1 }));
  const written: string[] = [];
  const writer = new DeliveryWriter({
    ring: log.ring,
    write: async (records) => {
      written.push(...records.map(({ state }) => state));
      if (written.length === 1) log.dispatchChanged(SESSION, { status: 'idle', epoch: 1 });
    },
    onTurn: () => undefined,
  });
  await writer.flush();
  await writer.flush();
  expect(written).toEqual(['pending', 'stopped']);
  expect(log.ring.unwritten).toBe(0);
  await writer.stop();
});

test('an unreachable store is reported once, and again when it is back', async () => {
  const log = newLog();
  let isUnavailable = true;
  const turns: unknown[] = [];
  const writer = new DeliveryWriter({
    ring: log.ring,
    write: async () => {
      if (isUnavailable) throw new Error('away');
    },
    onTurn: (error) => turns.push(error === null ? 'back' : 'away'),
  });
  end(log, report());
  await writer.flush();
  await writer.flush();
  expect(log.ring.unwritten).toBe(1);
  isUnavailable = false;
  await writer.flush();
  expect(log.ring.unwritten).toBe(0);
  expect(turns).toEqual(['away', 'back']);
  expect(writer.stats).toEqual({ written: 1, failures: 2 });
  await writer.stop();
});

test.each([
  ['http_status', 503, 'http_status 503'],
  ['http_status', 404, 'http_status 404'],
] as const)('failures of one kind have one signature: %s %i', (code, status, signature) => {
  expect(
    failureSignature(code, status, errorText(`The agent answered with status ${status}.`)),
  ).toBe(signature);
});

test('ids, numbers and quotes do not make failures differ', () => {
  const one = failureSignature(
    'connection_refused',
    null,
    errorText('connect ECONNREFUSED 10.0.0.1:4200'),
  );
  expect(one).toBe(
    failureSignature('connection_refused', null, errorText('connect ECONNREFUSED 10.0.0.27:4201')),
  );
  expect(failureSignature('invalid_answer', null, errorText('not JSON: "abc" at 7'))).toBe(
    failureSignature('invalid_answer', null, errorText('not JSON: "another thing" at 81')),
  );
  expect(failureSignature('invalid_answer', null, errorText('too long'))).not.toBe(
    failureSignature('invalid_answer', null, errorText('not JSON')),
  );
});

test('what a node sends another one of attempts is cut at its bytes, the newest first', () => {
  const log = newLog();
  for (const epoch of [1, 2, 3]) end(log, failed({ epoch, error: errorText('x'.repeat(2_000)) }));
  expect(log.recent('bot', 9).map(({ epoch }) => epoch)).toEqual([3, 2, 1]);
  expect(log.recent('bot', 9, 6_000).map(({ epoch }) => epoch)).toEqual([3, 2]);
  expect(log.recent('bot', 9, 1).map(({ epoch }) => epoch)).toEqual([3]);
});
