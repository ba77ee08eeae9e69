import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningPostgres, startEmbeddedPostgres } from './embedded.ts';
import { freePort } from './free-ports.ts';
import { listMigrations, MigrationChangedError, migrate } from './migrate.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-database-'));
let postgres: RunningPostgres;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({
    directory: join(directory, 'closed to others'),
    port: await freePort(),
  });
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('three nodes that migrate at once apply every migration once', async () => {
  const results = await Promise.all([1, 2, 3].map(() => migrate(postgres.url)));
  const names = listMigrations().map(({ name }) => name);
  expect(results.flat().sort()).toEqual([...names]);
  expect(await migrate(postgres.url)).toEqual([]);
});

test('a migration that was changed after it was applied is refused by name', async () => {
  await migrate(postgres.url);
  const [first] = listMigrations();
  if (first === undefined) throw new Error('there are no migrations');
  const changed = [{ ...first, sql: `${first.sql}\n-- changed` }];
  await expect(migrate(postgres.url, changed)).rejects.toThrow(MigrationChangedError);
});

test('a migration that fails leaves nothing behind', async () => {
  const broken = { name: '99999999999999_broken', sql: 'CREATE TABLE half (id int); SELECT 1/0;' };
  await expect(migrate(postgres.url, [broken])).rejects.toThrow('division by zero');
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query("SELECT to_regclass('half') AS found");
  await client.end();
  expect(rows).toEqual([{ found: null }]);
});

test('a database that is away is an error, soon', async () => {
  await expect(migrate('postgresql://x:x@127.0.0.1:1/x')).rejects.toThrow();
});
