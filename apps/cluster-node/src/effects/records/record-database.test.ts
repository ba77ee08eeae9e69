import { expect, test } from 'vitest';
import { RECORD_CALLS_MAX } from '../../limits.ts';
import { RecordDatabase } from './record-database.ts';

function databaseWith(query: () => Promise<never[]>, failures: unknown[] = []): RecordDatabase {
  return new RecordDatabase({
    databaseUrl: 'postgresql://127.0.0.1/none',
    onFailure: (error) => failures.push(error),
    migrate: async () => [],
    open: () => ({ query, execute: async () => 0, close: async () => undefined }),
  });
}

test('refuses questions beyond those that may be asked at a time, and takes them again afterwards', async () => {
  const { promise, resolve } = Promise.withResolvers<never[]>();
  const records = databaseWith(() => promise);
  const ask = () => records.ask((database) => database.query('SELECT 1'));
  const asked = Array.from({ length: RECORD_CALLS_MAX }, ask);
  expect(await ask()).toMatchObject({ ok: false, error: { code: 'archive_unavailable' } });
  resolve([]);
  for (const answer of await Promise.all(asked)) expect(answer).toEqual({ ok: true, value: [] });
  expect(await ask()).toEqual({ ok: true, value: [] });
});

test('says that Postgres is unreachable without a word of what it said', async () => {
  const failures: unknown[] = [];
  const secret = new Error('no route to 10.1.2.3, near "SELECT secret"');
  const records = databaseWith(() => Promise.reject(secret), failures);
  const answer = await records.ask((database) => database.query('SELECT 1'));
  expect(answer).toMatchObject({ ok: false, error: { code: 'archive_unavailable' } });
  expect(JSON.stringify(answer)).not.toMatch(/10\.1\.2\.3|SELECT/);
  expect(failures).toEqual([secret]);
});
