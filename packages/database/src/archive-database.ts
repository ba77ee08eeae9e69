import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';

/** Parameters of a statement, in the order of $1, $2 ... */
export type SqlValue = string | number | Uint8Array;

/** The archive as one of its users sees it: statements over whole batches. */
export interface ArchiveDatabase {
  /** Resolves with the count of rows changed. */
  execute(sql: string, ...values: readonly SqlValue[]): Promise<number>;
  query<TRow>(sql: string, ...values: readonly SqlValue[]): Promise<readonly TRow[]>;
  close(): Promise<void>;
}

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

/** Connects lazily, with the first statement. */
export function openArchiveDatabase(
  databaseUrl: string,
  options: Partial<ArchiveDatabaseOptions> = {},
): ArchiveDatabase {
  const { connectionsMax, statementLimitMs, connectLimitMs } = { ...DEFAULTS, ...options };
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl,
      max: connectionsMax,
      connectionTimeoutMillis: connectLimitMs,
      statement_timeout: statementLimitMs,
      query_timeout: statementLimitMs + CLIENT_PATIENCE_MS,
      // Watermarks are committed on the strength of a COMMIT: it has to mean the server's disk, whatever its settings.
      options: '-c synchronous_commit=on',
      keepAlive: true,
    },
    // A connection in the pool that breaks while nobody uses it: the next statement opens a new one.
    { onPoolError: () => undefined, onConnectionError: () => undefined },
  );
  const client = new PrismaClient({ adapter });
  return {
    execute: (sql, ...values) => client.$executeRawUnsafe(sql, ...values),
    query: (sql, ...values) => client.$queryRawUnsafe(sql, ...values),
    close: () => client.$disconnect(),
  };
}

/** The SQLSTATE that Postgres answered with; null: it did not answer. */
export function sqlStateOf(error: unknown): string | null {
  const meta = field(error, 'meta');
  const code = field(field(field(meta, 'driverAdapterError'), 'cause'), 'originalCode');
  if (typeof code === 'string') return code;
  // The driver's own error, where no Prisma stands between.
  const own = field(error, 'code');
  return typeof own === 'string' && /^[0-9A-Z]{5}$/.test(own) && !own.startsWith('P2') ? own : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
