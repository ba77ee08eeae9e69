import { PRIVACY_OPERATIONS_MAX } from '@fleetlm/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FlusherBed, OTHER_SESSION, SESSION } from '../flusher/testing/flusher-bed.ts';
import { PrivacyStore } from './privacy-store.ts';
import { RecordDatabase, type RecordResult } from './record-database.ts';

let bed: FlusherBed;
let records: RecordDatabase;
let store: PrivacyStore;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
  records = new RecordDatabase({
    databaseUrl: bed.url,
    onFailure: (error) => bed.failures.push(error),
  });
  store = new PrivacyStore(records);
});
beforeEach(() => bed.reset());
afterAll(async () => {
  await records.close(1_000);
  await bed.close();
});

async function answered<T>(answer: Promise<RecordResult<T>>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(`${result.error.detail} ${String(bed.failures.at(-1))}`);
  return result.value;
}

const erase = (id: string, subject = 'ann') =>
  answered(store.begin({ id, kind: 'erase-user', subject, requestedBy: 'olga' }));

test('one node works at an operation, and another goes on with it when the lease is over', async () => {
  expect(await erase('a')).toMatchObject({ id: 'a', state: 'running', requestedBy: 'olga' });
  expect(await erase('b')).toBeNull();
  expect(await answered(store.claim('n1'))).toMatchObject({ id: 'a' });
  expect(await answered(store.claim('n2'))).toBeNull();
  expect(await answered(store.progress('a', 'n1', { done: 1, total: 3 }))).toMatchObject({
    done: 1,
    total: 3,
  });
  await bed.sql("UPDATE privacy_operations SET leased_until = now() - interval '1 second'");
  expect(await answered(store.claim('n2'))).toMatchObject({ id: 'a', done: 1 });
  // The node that lost its lease changes nothing any more.
  expect(await answered(store.progress('a', 'n1', { done: 2, total: 3 }))).toBeNull();
  expect(await answered(store.end('a', 'n1', { state: 'done', detail: '' }))).toBeNull();
  expect(await answered(store.end('a', 'n2', { state: 'done', detail: '' }))).toMatchObject({
    state: 'done',
    endedAtMs: expect.any(Number),
  });
  expect(await answered(store.claim('n1'))).toBeNull();
  // When it is over another one may begin.
  expect(await erase('c')).toMatchObject({ id: 'c' });
});

test('lists the newest operations, without hours in which retention had nothing to do', async () => {
  await erase('a');
  const hour = { kind: 'retention', subject: 'bot', requestedBy: 'retention' } as const;
  await answered(store.begin({ ...hour, id: 'retention:bot:1' }));
  await bed.sql("UPDATE privacy_operations SET node_id = 'n1'");
  await answered(store.end('retention:bot:1', 'n1', { state: 'done', detail: '' }));
  expect((await answered(store.list())).map(({ id }) => id)).toEqual(['a']);
  expect(await answered(store.pruneRetention('bot'))).toBe(0);
  await bed.sql("UPDATE privacy_operations SET started_at = now() - interval '2 days'");
  expect(await answered(store.pruneRetention('bot'))).toBe(1);
  await bed.sql(
    `INSERT INTO privacy_operations
     SELECT 'n' || n, 'export-user', 'ann', 'ann', 'done', 0, 0, '', now() + n * interval '1 second', now(), NULL, now()
     FROM generate_series(1, $1::int) AS n`,
    PRIVACY_OPERATIONS_MAX,
  );
  const listed = await answered(store.list());
  expect(listed).toHaveLength(PRIVACY_OPERATIONS_MAX);
  expect(listed[0]?.id).toBe(`n${PRIVACY_OPERATIONS_MAX}`);
  expect(await answered(store.get('a'))).toMatchObject({ id: 'a' });
  expect(await answered(store.get('unknown'))).toBeNull();
});

test('retention reaches what is old, or idle, of its agent alone', async () => {
  bed.create(OTHER_SESSION);
  bed.say('hi', OTHER_SESSION);
  await bed.flusher().flushNow();
  const expired = (created: number | null, changed: number | null, agentId = 'bot') =>
    answered(
      store.expired({ agentId, createdBeforeMs: created, changedBeforeMs: changed }, '', 10),
    );
  expect(await expired(null, null)).toEqual([]);
  expect(await expired(1, null)).toEqual([]);
  expect(await expired(2, null)).toEqual([SESSION, OTHER_SESSION]);
  // The other one has changed since.
  expect(await expired(null, 500)).toEqual([SESSION]);
  expect(await expired(2, null, 'other')).toEqual([]);
  bed.perform({ type: 'erase-session', sessionId: SESSION, timeMs: 3_000 });
  await bed.flusher().flushNow();
  expect(await expired(2, null)).toEqual([OTHER_SESSION]);
});

test('of an erased user sums are kept without the name', async () => {
  await answered(store.list());
  const day = (user: string, tokens: number) =>
    bed.sql(
      `INSERT INTO usage_days VALUES ('bot', $1, '2026-11-30', 'USD', 1, $2::int, 0, $2::int, 0, 5)`,
      user,
      tokens,
    );
  await day('ann', 10);
  await day('bob', 20);
  for (const user of ['ann', 'bob']) await answered(store.forgetUser(user));
  const rows = await bed.sql('SELECT user_id, replies::int, total_tokens::int FROM usage_days');
  expect(rows).toEqual([{ user_id: '', replies: 2, total_tokens: 30 }]);
});
