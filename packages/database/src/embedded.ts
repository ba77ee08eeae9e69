import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve as absolute, join } from 'node:path';
import pg from 'pg';
import { postgresBinaries } from './postgres-binaries.ts';
import { type PostgresUser, postgresUser, runAs } from './postgres-user.ts';

/** A real PostgreSQL from npm, for machines that have none. */
export interface RunningPostgres {
  readonly url: string;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
}

/** Where an embedded Postgres keeps its data, and where it listens. */
export interface EmbeddedPostgresOptions {
  /** Kept between starts. */
  readonly directory: string;
  readonly port: number;
  /** Called when it ends without having been stopped. */
  readonly onExit?: () => void;
}

const USER = 'fleetlm';
const DATABASE = 'fleetlm';
const READY = 'database system is ready to accept connections';
const OUTPUT_LENGTH_MAX = 4000;

/** Set by hand: what it prints is read, and must not depend on the machine's language. */
const ENVIRONMENT = { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' };

/**
 * Starts an embedded Postgres on the loopback address, making the cluster and the database when they are missing. Postgres
 * refuses to run as root: there, the user `postgres` is made when it is missing, and owns the directory.
 * Rejects with the end of Postgres' own output.
 *
 * @example
 * const postgres = await startEmbeddedPostgres({ directory: '.data/postgres', port: await freePort() });
 * await migrate(postgres.url);
 * await postgres.stop();
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<RunningPostgres> {
  const directory = absolute(options.directory);
  const { initdb, postgres } = await postgresBinaries();
  const user = postgresUser();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (user !== null) chownSync(directory, user.uid, user.gid);
  for (const binary of [initdb, postgres]) chmodSync(binary, 0o755);
  if (!existsSync(join(directory, 'PG_VERSION'))) await initialise(initdb, directory, user);
  const server = await serve(postgres, directory, user, options);
  await createDatabaseIfMissing(options.port);
  return {
    url: urlOf(options.port, DATABASE),
    stop: () => server.stop(),
  };
}

async function initialise(
  initdb: string,
  directory: string,
  user: PostgresUser | null,
): Promise<void> {
  const passwordFile = join(tmpdir(), `fleetlm-password-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, `${USER}\n`, { mode: 0o600 });
  if (user !== null) chownSync(passwordFile, user.uid, user.gid);
  try {
    const { child, output } = start(user, initdb, [
      `--pgdata=${directory}`,
      '--auth=scram-sha-256',
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
    ]);
    const code = await exitOf(child);
    if (code !== 0) throw new Error(`Postgres could not be set up in ${directory}.\n${output()}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function serve(
  postgres: string,
  directory: string,
  user: PostgresUser | null,
  { port, onExit }: EmbeddedPostgresOptions,
): Promise<{ stop(): Promise<void> }> {
  // The socket file would go to a folder that the user may not write to; it is not needed.
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const { child, output, printed } = start(user, postgres, [
    '-D',
    directory,
    '-p',
    String(port),
    ...settings,
  ]);
  const exited = exitOf(child);
  const ended = exited.then(() => 'ended' as const);
  if ((await Promise.race([printed(READY), ended])) === 'ended')
    throw new Error(`Postgres did not start on port ${port}.\n${output()}`);
  let stopping = false;
  void ended.then(() => {
    process.off('exit', kill);
    if (!stopping) onExit?.();
  });
  const kill = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', kill);
  return {
    stop: async () => {
      stopping = true;
      // A fast shutdown: connections are closed, nothing is lost.
      child.kill('SIGINT');
      await exited;
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves once the text has been printed. */
  readonly printed: (text: string) => Promise<'printed'>;
}

function start(user: PostgresUser | null, binary: string, args: readonly string[]): Started {
  const invocation = runAs(user, binary, args);
  const child = spawn(invocation.command, invocation.args, {
    ...invocation.options,
    // The folder of the user who runs this may be closed to the user.
    cwd: '/',
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting = new Map<string, () => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text = `${text}${chunk.toString('utf8')}`.slice(-OUTPUT_LENGTH_MAX);
      for (const [wanted, resolve] of waiting) if (text.includes(wanted)) resolve();
    });
  return {
    child,
    output: () => text.trim(),
    printed: (wanted) =>
      new Promise((resolve) => {
        waiting.set(wanted, () => {
          waiting.delete(wanted);
          resolve('printed');
        });
      }),
  };
}

/** Exit code, or null after a signal. Rejects when it could not be started at all. */
function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

function urlOf(port: number, database: string): string {
  return `postgresql://${USER}:${USER}@127.0.0.1:${port}/${database}`;
}

async function createDatabaseIfMissing(port: number): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
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
