/**
 * `npm run db:migration -- <name>`: writes prisma/migrations/<time>_<name>/migration.sql with what leads
 * from the newest migration to prisma/schema.prisma. Every migration keeps the schema it led to beside
 * it, and Prisma's schema engine, as WebAssembly, compares the two schemas. (It cannot read a live database
 * through the pg adapter, but wants to see one: a Postgres of its own runs for the second this takes.)
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePort } from '@fleetlm/database/free-ports';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import { repositoryRoot } from '../src/repository.ts';

const name = process.argv[2];
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write('Usage: npm run db:migration -- <name in snake_case>\n');
  process.exit(1);
}

const schemaPath = join(repositoryRoot, 'prisma/schema.prisma');
const migrationsPath = join(repositoryRoot, 'prisma/migrations');
const lockPath = join(migrationsPath, 'migration_lock.toml');

function newestMigration(): string | undefined {
  if (!existsSync(migrationsPath)) return undefined;
  return readdirSync(migrationsPath, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(migrationsPath, entry.name))
    .sort()
    .at(-1);
}

async function withTemporaryPostgres<T>(use: (url: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-migration-'));
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    port: await freePort(),
  });
  try {
    return await use(postgres.url);
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function schemaDifference(
  before: string | undefined,
  after: string,
  connectionString: string,
): Promise<string> {
  const engine = await SchemaEngine.new(
    { datamodels: [[schemaPath, after]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString })),
  );
  const { stdout } = await engine.diff({
    from:
      before === undefined
        ? { tag: 'empty' }
        : { tag: 'schemaDatamodel', files: [{ path: schemaPath, content: before }] },
    to: { tag: 'schemaDatamodel', files: [{ path: schemaPath, content: after }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const sql = (stdout ?? '').trim();
  return sql === '-- This is an empty migration.' ? '' : sql;
}

const newest = newestMigration();
const before =
  newest === undefined ? undefined : readFileSync(join(newest, 'schema.prisma'), 'utf8');
const after = readFileSync(schemaPath, 'utf8');
const sql = await withTemporaryPostgres((url) => schemaDifference(before, after, url));

if (sql === '') {
  process.stdout.write('The migrations already lead to the schema; nothing written.\n');
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const directory = join(migrationsPath, `${time}_${name}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'migration.sql'), `${sql}\n`);
  writeFileSync(join(directory, 'schema.prisma'), after);
  if (!existsSync(lockPath)) writeFileSync(lockPath, 'provider = "postgresql"\n');
  process.stdout.write(`${join(directory, 'migration.sql')}\n`);
}
process.exit(0);
