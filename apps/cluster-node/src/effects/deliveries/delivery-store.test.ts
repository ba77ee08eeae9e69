import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchiveDatabase } from '@fleetlm/database';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePort } from '@fleetlm/database/free-ports';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AttemptReport } from '../dispatch/attempt/attempt-report.ts';
import { errorText } from '../error-text.ts';
import { deadLettersOf, groupOfDelivery, groupsOf } from './dead-letters.ts';
import { deliveriesOf, recordOf } from './delivery-attempt.ts';
import { DELIVERIES_KEPT_DAYS, DeliveryRetention } from './delivery-retention.ts';
import { DeliveryStore } from './delivery-store.ts';
import { failed, report, retried, SESSION, sessionOf } from './testing/reports.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-deliveries-'));
let postgres: RunningPostgres;
let store: DeliveryStore;
let refused: unknown[];

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ directory, port: await freePort() });
  store = new DeliveryStore(postgres.url, Date.now, (error) => refused.push(error));
  await write(report());
});
afterAll(async () => {
  await store.close();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  refused = [];
  await sql('TRUNCATE deliveries, delivery_attempts');
});

const write = (...reports: readonly AttemptReport[]): Promise<void> =>
  store.write(reports.map((one) => recordOf(one, 'n1', false)));
const ALL = { state: null, after: null, limit: 100 };

test('what is written comes back as it was, with both sides of the call', async () => {
  const records = [retried({ attempt: 1 }), report({ attempt: 2 })].map((one) =>
    recordOf(one, 'n1', true),
  );
  await store.write(records);
  const read = await store.delivery('bot', SESSION, 1);
  expect(read).toEqual(records.map((record) => ({ ...record, signature: null })));
  expect(await store.delivery('bot', SESSION, 2)).toEqual([]);
  expect(await store.delivery('other', SESSION, 1)).toEqual([]);
});

test('written twice, out of order, or by an old leader: each attempt once, and the newest decides', async () => {
  await write(report({ attempt: 2 }));
  await write(retried({ attempt: 1 }), report({ attempt: 2 }));
  await write(retried({ attempt: 1 }));
  expect(await sql('SELECT state, last_attempt FROM deliveries')).toEqual([
    { state: 'delivered', last_attempt: 2 },
  ]);
  expect(await sql('SELECT attempt, state FROM delivery_attempts ORDER BY attempt')).toEqual([
    { attempt: 1, state: 'failed' },
    { attempt: 2, state: 'delivered' },
  ]);
});

test('the end of the waiting for another attempt replaces the waiting, and nothing replaces it', async () => {
  const waiting = recordOf(retried(), 'n1', false);
  await store.write([waiting]);
  await store.write([{ ...waiting, state: 'stopped', nextAttemptAtMs: null }]);
  await store.write([waiting]);
  expect(await sql('SELECT state, next_attempt_at FROM deliveries')).toEqual([
    { state: 'stopped', next_attempt_at: null },
  ]);
  expect(await sql('SELECT state, next_attempt_at FROM delivery_attempts')).toEqual([
    { state: 'failed', next_attempt_at: null },
  ]);
});

test('pages follow each other without a gap, also where many began at once', async () => {
  const expected: string[] = [];
  for (let number = 0; number < 25; number += 1) {
    const startedAtMs = 1_700_000_000_000 + Math.floor(number / 10);
    await write(report({ sessionId: sessionOf(number), startedAtMs }));
    expected.unshift(`${sessionOf(number)}:1`);
  }
  const seen: string[] = [];
  let after: { startedAtMs: number; id: string } | null = null;
  do {
    const page = await store.page('bot', { ...ALL, after, limit: 7 });
    seen.push(...deliveriesOf(page.attempts).map(({ id }) => id));
    after = page.through;
  } while (after !== null);
  expect(seen).toEqual(expected);
});

test('a page of one state', async () => {
  await write(report(), retried({ epoch: 2 }), report({ epoch: 3 }));
  const { attempts, through } = await store.page('bot', { ...ALL, state: 'pending' });
  expect(attempts.map(({ epoch, state }) => [epoch, state])).toEqual([[2, 'pending']]);
  expect(through).toBeNull();
});

test('dead letters are grouped the same in Postgres as in memory, without those that something followed', async () => {
  const startedAtMs = Date.now();
  const broken = {
    status: 200,
    failureCode: 'invalid_answer',
    failure: 'answer',
    error: errorText('not JSON: "<html>…"'),
  } as const;
  const records = [
    failed({ sessionId: sessionOf(1), startedAtMs }),
    failed({ sessionId: sessionOf(2), startedAtMs: startedAtMs + 1 }),
    failed({ sessionId: sessionOf(3), startedAtMs: startedAtMs + 2, ...broken }),
    failed({ sessionId: sessionOf(4), startedAtMs: startedAtMs + 3 }),
    report({ sessionId: sessionOf(4), startedAtMs: startedAtMs + 4, epoch: 2 }),
    retried({ sessionId: sessionOf(5), startedAtMs: startedAtMs + 5 }),
  ].map((one) => recordOf(one, 'n1', false));
  await store.write(records);
  const inMemory = groupsOf(deadLettersOf(records));
  expect(inMemory).toMatchObject([
    { errorCode: 'invalid_answer', count: 1, example: `${sessionOf(3)}:1` },
    { errorCode: 'http_status', status: 503, count: 2, example: `${sessionOf(2)}:1` },
  ]);
  expect(await store.deadLetterGroups('bot')).toEqual(inMemory);
  for (const { id } of inMemory) {
    const page = await store.page('bot', { ...ALL, deadGroup: id });
    expect(deliveriesOf(page.attempts).map((delivery) => delivery.id)).toEqual(
      deadLettersOf(records)
        .filter((delivery) => groupOfDelivery(delivery) === id)
        .map((delivery) => delivery.id),
    );
  }
});

test('what Postgres refuses is left out and reported, and blocks nothing', async () => {
  await write(
    report({ epoch: 1 }),
    retried({ epoch: 2, url: 'http://nul \u0000' }),
    report({ epoch: 3 }),
  );
  expect(refused).toHaveLength(1);
  expect((await store.page('bot', ALL)).attempts.map(({ epoch }) => epoch).sort()).toEqual([1, 3]);
});

test('an agent keeps its newest turns, and none for ever', async () => {
  const nowMs = Date.now();
  const old = nowMs - (DELIVERIES_KEPT_DAYS + 1) * 86_400_000;
  for (let epoch = 1; epoch <= 8; epoch += 1)
    await write(report({ epoch, startedAtMs: epoch <= 2 ? old + epoch : nowMs - 10_000 + epoch }));
  await write(report({ agentId: 'other', startedAtMs: nowMs }));
  const database = openArchiveDatabase(postgres.url);
  await new DeliveryRetention(database, () => nowMs).sweep(['bot', 'other']);
  expect((await store.page('bot', ALL)).attempts.map(({ epoch }) => epoch).sort()).toEqual([
    3, 4, 5, 6, 7, 8,
  ]);
  await new DeliveryRetention(database, () => nowMs, 2).sweep(['bot', 'other']);
  await database.close();
  expect((await store.page('bot', ALL)).attempts.map(({ epoch }) => epoch).sort()).toEqual([7, 8]);
  expect((await store.page('other', ALL)).attempts).toHaveLength(1);
  expect(await sql('SELECT count(*)::int AS count FROM delivery_attempts')).toEqual([{ count: 3 }]);
});

async function sql(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}
