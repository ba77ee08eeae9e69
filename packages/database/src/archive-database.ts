import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';

/** Parameters of a statement, in the order of $1, $2 ... */
export type SqlValue = string | number;

/** The archive as its one writer sees it: statements over whole batches. */
export interface ArchiveDatabase {
  /** Resolves with the count of rows changed. */
  execute(sql: string, ...values: readonly SqlValue[]): Promise<number>;
  query<TRow>(sql: string, ...values: readonly SqlValue[]): Promise<readonly TRow[]>;
  /** True for an error about the data itself (SQLSTATE class 22): a retry would fail alike. */
  isDataError(error: unknown): boolean;
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 3;
const CONNECT_LIMIT_MS = 3000;
/** The server gives up first, the client a little later: a paused Postgres must not hold a connection for ever. */
const STATEMENT_LIMIT_MS = 10_000;

/** Connects lazily, with the first statement. */
export function openArchiveDatabase(databaseUrl: string): ArchiveDatabase {
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      statement_timeout: STATEMENT_LIMIT_MS,
      query_timeout: STATEMENT_LIMIT_MS + 2000,
      keepAlive: true,
    },
    // A connection in the pool that breaks while nobody uses it: the next statement opens a new one.
    { onPoolError: () => undefined, onConnectionError: () => undefined },
  );
  const client = new PrismaClient({ adapter });
  return {
    execute: (sql, ...values) => client.$executeRawUnsafe(sql, ...values),
    query: (sql, ...values) => client.$queryRawUnsafe(sql, ...values),
    isDataError: (error) => /\b22[0-9A-Z]{3}\b/.test(String(error)),
    close: () => client.$disconnect(),
  };
}
