import pg from 'pg';

/** Parameters of a statement, in the order of $1, $2 ... */
export type SqlValue = string | number | Uint8Array;

/** The archive as one of its users sees it: statements over whole batches. */
export interface ArchiveDatabase {
  /** Resolves with the count of rows changed. */
  execute(sql: string, ...values: readonly SqlValue[]): Promise<number>;
  /** Columns come as the driver has them (timestamps as Date, bytea as Buffer, json parsed), and bigint as a safe integer. */
  query<TRow>(sql: string, ...values: readonly SqlValue[]): Promise<readonly TRow[]>;
  /** Resolves when the statements under way have ended. Idempotent. */
  close(): Promise<void>;
}

/** Bounds of a pool: connections, and times in milliseconds. */
export interface ArchiveDatabaseOptions {
  readonly connectionsMax: number;
  /** The server gives up first, the client a little later: a paused Postgres must not hold a connection for ever. */
  readonly statementLimitMs: number;
  /** For a connection, and for one of the pool to become free. */
  readonly connectLimitMs: number;
}

const CLIENT_PATIENCE_MS = 500;
const DEFAULTS: ArchiveDatabaseOptions = {
  connectionsMax: 3,
  statementLimitMs: 10_000,
  connectLimitMs: 3_000,
};

const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, safeInteger);

/**
 * A pool of connections that connects with its first statement, not before. A statement rejects with what Postgres or the
 * connection failed with; `failureOf` says what to do about it.
 *
 * @example
 * const archive = openArchiveDatabase(process.env.DATABASE_URL, { connectionsMax: 2 });
 * const rows = await archive.query<{ id: string }>('SELECT id FROM sessions WHERE user_id = $1', userId);
 * await archive.close();
 */
export function openArchiveDatabase(
  databaseUrl: string,
  options: Partial<ArchiveDatabaseOptions> = {},
): ArchiveDatabase {
  const { connectionsMax, statementLimitMs, connectLimitMs } = { ...DEFAULTS, ...options };
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connectionsMax,
    connectionTimeoutMillis: connectLimitMs,
    statement_timeout: statementLimitMs,
    query_timeout: statementLimitMs + CLIENT_PATIENCE_MS,
    // Watermarks are committed on the strength of a COMMIT: it has to mean the server's disk, whatever its settings.
    options: '-c synchronous_commit=on',
    keepAlive: true,
    types: TYPES,
  });
  // A connection in the pool that breaks while it is idle: the next statement opens a new one.
  pool.on('error', () => undefined);
  let closing: Promise<void> | null = null;
  return {
    execute: async (sql, ...values) => (await pool.query(sql, [...values])).rowCount ?? 0,
    query: async (sql, ...values) => (await pool.query(sql, [...values])).rows,
    close: () => {
      closing ??= pool.end();
      return closing;
    },
  };
}

/** Fails the statement whose result does not fit. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint is beyond the safe integers');
  return value;
}

/** No class begins with E; the codes of the system's errors (EPIPE) do. */
const SQLSTATE = /^[0-9A-DF-Z][0-9A-Z]{4}$/;

/** The SQLSTATE that Postgres answered with; null: it did not answer. */
export function sqlStateOf(error: unknown): string | null {
  const code: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && SQLSTATE.test(code) ? code : null;
}
