import 'server-only';
import { PrismaClient } from '@fleetlm/database/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { ACCOUNT_QUERY_TIMEOUT_MS } from '../../common/limits.ts';
import { serverEnv } from '../env.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const CONNECTIONS_MAX = 4;

let client: PrismaClient | null = null;

/** The accounts' database. Connects with the first query: the app starts and serves pages without it. */
export function database(): PrismaClient {
  client ??= new PrismaClient({
    adapter: new PrismaPg({
      connectionString: serverEnv().DATABASE_URL,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // Here and there: a Postgres that is frozen ends no query itself.
      query_timeout: ACCOUNT_QUERY_TIMEOUT_MS,
      statement_timeout: ACCOUNT_QUERY_TIMEOUT_MS,
      max: CONNECTIONS_MAX,
    }),
  });
  return client;
}
