import { randomUUID } from 'node:crypto';
import { PrismaClient } from '@fleetlm/database/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Role } from '@/common/roles.ts';
import { createAccount, deleteAccount, setRole } from '@/server/accounts/account-store.ts';
import {
  type AccountsDatabase,
  startAccountsDatabase,
} from '@/server/testing/accounts-database.ts';

/** What the browser's cookie says; the session and the role are as they were at the sign-in. */
const { cookie } = vi.hoisted(() => ({ cookie: { session: null as unknown } }));

vi.mock('next/cache', () => ({ revalidatePath: () => undefined }));
vi.mock('next/headers', () => ({
  headers: () => Promise.resolve(new Headers()),
  cookies: () => Promise.resolve({ getAll: () => [], delete: () => undefined }),
}));
vi.mock('@/server/accounts/auth.ts', () => ({
  webAuth: () => ({ api: { getSession: () => Promise.resolve(cookie.session) } }),
}));

let postgres: AccountsDatabase;
let database: PrismaClient;

beforeAll(async () => {
  postgres = await startAccountsDatabase();
  database = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgres.url }) });
  vi.stubEnv('DATABASE_URL', postgres.url);
  vi.stubEnv('AUTH_JWT_SECRET', 'a secret of at least thirty-two characters');
  vi.stubEnv('API_KEY', 'a key of at least thirty-two characters, too');
  // Nothing listens there: a request that is allowed is answered with 503 by the cluster's part.
  vi.stubEnv('NODE_URLS', 'http://127.0.0.1:1');
}, 60_000);

afterAll(async () => {
  await database.$disconnect();
  await postgres.remove();
  vi.unstubAllEnvs();
});

/** A process of the web app: its modules share nothing with another's but Postgres and the secret. */
async function startProcess() {
  vi.resetModules();
  const [audit, flush, token, accounts, agents] = await Promise.all([
    import('./admin/audit/route.ts'),
    import('./admin/flush/route.ts'),
    import('./token/route.ts'),
    import('@/features/accounts/actions.ts'),
    import('@/features/agents/actions.ts'),
  ]);
  // As Next calls a route whose path has no parameters.
  const context = { params: Promise.resolve(undefined) };
  const ask = (method: string): Request =>
    new Request('http://web/', { method, headers: { 'sec-fetch-site': 'same-origin' } });
  return {
    read: async () => (await call(audit.GET, ask('GET'), context)).status,
    change: async () => (await call(flush.POST, ask('POST'), context)).status,
    token: async () => (await call(token.GET, ask('GET'), context)).status,
    add: () =>
      accounts
        .addAccount({ name: 'X', email: `${randomUUID()}@example.org`, role: 'admin' })
        .then((outcome) => (outcome.ok ? 'done' : outcome.problem.code), thrown),
    disable: () => agents.changeStatus('echo', 'disabled').then(String, thrown),
  };
}

function call(
  handler: (
    request: Request,
    context: { readonly params: Promise<object | undefined> },
  ) => Promise<Response>,
  request: Request,
  context: { readonly params: Promise<object | undefined> },
): Promise<Response> {
  return handler(request, context);
}

/** `notFound()` and `redirect()` of Next are thrown, and say in their digest what they are. */
function thrown(error: unknown): string {
  return error instanceof Error && 'digest' in error ? String(error.digest) : String(error);
}

async function signedIn(role: Role): Promise<string> {
  const email = `${randomUUID()}@example.org`;
  const { id } = await createAccount(database, { name: 'Eve', email, role });
  const sessionId = randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await database.authSession.create({
    data: { id: sessionId, token: randomUUID(), userId: id, expiresAt },
  });
  cookie.session = { session: { id: sessionId }, user: { id, name: 'Eve', email, role } };
  return id;
}

/** Longer than a role that was read is used, by far. */
const SOON = { timeout: 6_000, interval: 100 };

test('an admin who is demoted loses every admin action on every process, also after a restart', async () => {
  const id = await signedIn('admin');
  const other = await startProcess();
  expect([await other.read(), await other.change()]).toEqual([503, 503]);
  expect(await other.add()).toBe('done');

  await setRole(database, id, 'user');
  await expect.poll(() => other.read(), SOON).toBe(403);
  expect(await other.change()).toBe(403);
  expect(await other.add()).toContain('404');
  expect(await other.disable()).toContain('404');
  expect(await other.token()).toBe(200);

  const restarted = await startProcess();
  expect([await restarted.read(), await restarted.change()]).toEqual([403, 403]);
  expect(await restarted.add()).toContain('404');
}, 60_000);

test('an account that is removed is signed out everywhere', async () => {
  const id = await signedIn('admin');
  const other = await startProcess();
  expect(await other.read()).toBe(503);
  await deleteAccount(database, id);
  await expect.poll(() => other.read(), SOON).toBe(401);
  expect([await other.change(), await other.token()]).toEqual([401, 401]);
  expect(await other.add()).toContain('NEXT_REDIRECT');
  const restarted = await startProcess();
  expect([await restarted.read(), await restarted.token()]).toEqual([401, 401]);
}, 60_000);

test('a role that is given counts at once, though the cookie does not know it', async () => {
  const id = await signedIn('user');
  const other = await startProcess();
  expect(await other.read()).toBe(403);
  await setRole(database, id, 'admin');
  await expect.poll(() => other.read(), SOON).toBe(503);
}, 60_000);

test('without Postgres admin actions are refused, and chatting goes on', async () => {
  await signedIn('admin');
  const other = await startProcess();
  expect(await other.change()).toBe(503);
  await postgres.halt();
  const restarted = await startProcess();
  expect(await restarted.add()).toBe('accounts_unreachable');
  expect(await restarted.token()).toBe(200);
}, 60_000);
