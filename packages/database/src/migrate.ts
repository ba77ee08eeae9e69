import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { MIGRATIONS_DIRECTORY } from './migrations-directory.ts';

/** Any number that no other program locks: three nodes that start at once migrate one after the other. */
const ADVISORY_LOCK = 7_225_530_417;
const CONNECT_LIMIT_MS = 5000;
/** A Postgres that accepts a connection and then says nothing must not hold its caller for ever. */
const STATEMENT_LIMIT_MS = 60_000;
/** A migration may rewrite a table of any size. */
const MIGRATION_LIMIT_MS = 60 * 60_000;

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/** One migration, by the name of its folder. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** A migration that was applied has been changed since: the database and the files disagree. */
export class MigrationChangedError extends Error {}

/** All migrations of a directory, in the order in which they are applied. */
export function listMigrations(directory = MIGRATIONS_DIRECTORY): readonly Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      sql: readFileSync(join(directory, name, 'migration.sql'), 'utf8'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Applies what is missing, each migration in a transaction of its own, and keeps Prisma's own record of it.
 * Answers with the names applied. Rejects when Postgres can't be reached.
 */
export async function migrate(
  databaseUrl: string,
  migrations: readonly Migration[] = listMigrations(),
): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: STATEMENT_LIMIT_MS,
  });
  // A connection that breaks rejects the query under way; without a listener it would end the process too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(TABLE);
    return await applyMissing(client, migrations);
  } finally {
    await client.end();
  }
}

async function applyMissing(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
  );
  const known = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const applied: string[] = [];
  for (const { name, sql } of migrations) {
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = known.get(name);
    if (before !== undefined && before !== checksum) {
      throw new MigrationChangedError(
        `${name} was applied to this database and has been changed since; npm run db:reset starts anew`,
      );
    }
    if (before !== undefined) continue;
    await client.query('BEGIN');
    try {
      // The driver takes a limit with each query; its types do not name it.
      const statement = { text: sql, query_timeout: MIGRATION_LIMIT_MS };
      await client.query(statement);
      await client.query(
        `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count)
         VALUES ($1, $2, now(), $3, 1)`,
        [randomUUID(), checksum, name],
      );
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
    applied.push(name);
  }
  return applied;
}

/** Drops every table and applies all migrations anew. Nothing asks: the caller does. */
export async function resetDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  });
  await client.connect();
  try {
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
  } finally {
    await client.end();
  }
  await migrate(databaseUrl);
}
