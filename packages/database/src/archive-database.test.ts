import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ArchiveDatabase, openArchiveDatabase, sqlStateOf } from './archive-database.ts';
import { type RunningPostgres, startEmbeddedPostgres } from './embedded.ts';
import { freePort } from './free-ports.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-archive-database-'));
let postgres: RunningPostgres;
let database: ArchiveDatabase;
beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ directory, port: await freePort() });
  database = openArchiveDatabase(postgres.url, { connectionsMax: 2, statementLimitMs: 60_000 });
}, 120_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('gives each type of column the value that its readers expect', async () => {
  const [row] = await database.query(
    `SELECT 9007199254740991::bigint AS big, 7::int AS small, 0.5::float8 AS fraction, true AS flag, NULL::text AS nothing,
       '2026-01-02T03:04:05.678Z'::timestamptz AS at, '\\x00ff'::bytea AS bytes, '{"a": [1e3]}'::jsonb AS json,
       '{"a":1e3}'::json::text AS exact`,
  );
  expect(row).toEqual({
    big: 9_007_199_254_740_991,
    small: 7,
    fraction: 0.5,
    flag: true,
    nothing: null,
    at: new Date('2026-01-02T03:04:05.678Z'),
    bytes: Buffer.from([0, 255]),
    json: { a: [1000] },
    exact: '{"a":1e3}',
  });
});

test('rejects a bigint that a number would round', async () => {
  await expect(database.query('SELECT 9007199254740992::bigint')).rejects.toThrow('bigint');
});

test('stores text and bytes as they are given, and counts the rows changed', async () => {
  await database.execute('CREATE TABLE stored (n int PRIMARY KEY, name text, data bytea)');
  const data = new Uint8Array([9, 0, 255, 9]).subarray(1, 3);
  const insert = 'INSERT INTO stored VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
  expect(await database.execute(insert, 1, '{"Grüße": "\\"}', data)).toBe(1);
  expect(await database.execute(insert, 1, 'again', data)).toBe(0);
  expect(await database.query('SELECT name, data FROM stored')).toEqual([
    { name: '{"Grüße": "\\"}', data: Buffer.from([0, 255]) },
  ]);
});

test('names the SQLSTATE of a refusal, and commits to disk', async () => {
  const refused = await database.query("SELECT 'x'::int").catch((error: unknown) => error);
  expect(sqlStateOf(refused)).toBe('22P02');
  expect(await database.query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
});

test('opens no more connections than it may, and ends once', async () => {
  const busy = openArchiveDatabase(postgres.url, { connectionsMax: 2, connectLimitMs: 60_000 });
  const statements = Array.from({ length: 3 }, () => busy.query('SELECT pg_sleep(60)'));
  const ended = Promise.allSettled(statements);
  const running = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'";
  const terminate = `SELECT pg_terminate_backend(pid) FROM (${running}) AS s`;
  await expect.poll(() => database.query(running), { timeout: 30_000 }).toHaveLength(2);
  await database.query(terminate);
  // The third has waited for one of them.
  await expect.poll(() => database.query(running), { timeout: 30_000 }).toHaveLength(1);
  await database.query(terminate);
  expect((await ended).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  expect(await busy.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await Promise.all([busy.close(), busy.close()]);
  await expect(busy.query('SELECT 1')).rejects.toThrow();
});

test('a statement that takes too long is canceled by the server', async () => {
  const impatient = openArchiveDatabase(postgres.url, { statementLimitMs: 100 });
  const state = () => impatient.query('SELECT pg_sleep(60)').then(() => null, sqlStateOf);
  await expect.poll(state, { timeout: 30_000 }).toBe('57014');
  await impatient.close();
});
