import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Attempt } from '../operations/execution.ts';
import type { OperationOf } from '../operations/operations.ts';
import { ADMITTED_MIN, PATIENCE_MS, QUEUEING_TARGET_MS } from './admission.ts';
import { Router } from './router.ts';

const APPEND: OperationOf<'append'> = {
  type: 'append',
  sessionId: '00-01JD0000000000000000000000',
  sender: { type: 'user', id: 'ann' },
  clientMessageId: 'c',
  message: { id: 'm', kind: 'text', payload: new Uint8Array(2), preview: '' },
};
const READ: OperationOf<'mark-read'> = {
  type: 'mark-read',
  sessionId: APPEND.sessionId,
  userId: 'ann',
  lastSeq: 1,
};

test('messages that a slow node can not carry are refused at once; what is no message goes on', () => {
  let now = 0;
  const waiting: ((attempt: Attempt) => void)[] = [];
  const router = new Router({
    self: 1,
    isGroup: () => true,
    nodeIdOf: (node) => `n${node}`,
    isConnected: () => true,
    leaderOf: () => 1,
    replicasOf: () => [1],
    holds: () => true,
    metrics: { routerAttempts: { inc: () => undefined } },
    syncMs: () => 0,
    monotonicMs: () => now,
    random: () => 0,
    sendRequest: () => true,
    sendResponse: () => true,
    execute: (_operation, done) => waiting.push(done),
    log: pino({ enabled: false }),
  });
  const refusals: string[] = [];
  const send = (count: number): void => {
    for (let number = 0; number < count; number += 1)
      router.call(APPEND, (outcome) => {
        if (outcome.status === 'refused') refusals.push(outcome.code);
      });
  };
  const answer = (count: number): void => {
    for (const done of waiting.splice(0, count))
      done({ status: 'ok', value: { seq: 1, id: 'm', insertedAtMs: 0, duplicate: false } });
  };
  send(1_000);
  for (let window = 0; window * QUEUEING_TARGET_MS < 3 * PATIENCE_MS; window += 1) {
    now += 2 * QUEUEING_TARGET_MS;
    answer(200);
    send(200);
  }
  expect(refusals.length).toBeGreaterThan(200);
  expect(new Set(refusals)).toEqual(new Set(['overloaded']));
  expect(router.admitted).toBeGreaterThanOrEqual(ADMITTED_MIN);
  expect(router.admitted).toBeLessThan(1_000);
  let reads = 0;
  router.call(READ, () => {
    reads += 1;
  });
  waiting.pop()?.({ status: 'refused', code: 'not_found', detail: 'none' });
  expect(reads).toBe(1);
  router.close();
});
