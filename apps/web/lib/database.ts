import 'server-only';
import { PrismaClient } from '@fleetlm/database/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { serverEnv } from './env.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const CONNECTIONS_MAX = 4;

let client: PrismaClient | null = null;

/** The accounts' database. Connects with the first query: the app starts and serves pages without it. */
export function database(): PrismaClient {
  client ??= new PrismaClient({
    adapter: new PrismaPg({
      connectionString: serverEnv().DATABASE_URL,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      max: CONNECTIONS_MAX,
    }),
  });
  return client;
}
