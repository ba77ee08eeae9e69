import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PrismaClient } from '@fleetlm/database/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { verifyPassword } from 'better-auth/crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AccountsDatabase,
  startAccountsDatabase,
} from '../server/testing/accounts-database.ts';

/** What `npm run account` runs. */
const PROGRAM = join(import.meta.dirname, '../../../packages/devkit/scripts/account.ts');
const run = promisify(execFile);

let postgres: AccountsDatabase;
let database: PrismaClient;

beforeAll(async () => {
  postgres = await startAccountsDatabase();
  database = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgres.url }) });
}, 60_000);

afterAll(async () => {
  await database?.$disconnect();
  await postgres?.remove();
});

function account(...given: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL: postgres.url };
  return run(process.execPath, [PROGRAM, ...given], { env, timeout: 60_000 });
}

test('npm run account adds an account and prints its password, once for an address', async () => {
  const ann = ['--email', 'Ann@Example.org', '--name', 'Ann', '--role', 'admin'];
  const { stdout } = await account(...ann);
  const [, password = ''] = /^admin ann@example\.org, password (\S+)\n$/.exec(stdout) ?? [];
  const added = await database.authUser.findUniqueOrThrow({
    where: { email: 'ann@example.org' },
    include: { accounts: true },
  });
  expect(added).toMatchObject({ name: 'Ann', role: 'admin' });
  const hash = added.accounts[0]?.password ?? '';
  expect(await verifyPassword({ hash, password })).toBe(true);

  await expect(account(...ann)).rejects.toMatchObject({
    code: 78,
    stderr: 'account: There is an account of ann@example.org already.\n',
  });
  expect(await database.authUser.count()).toBe(1);
}, 60_000);

test('npm run account names the option that is wrong, and adds nothing', async () => {
  await expect(account('--email', 'no-address')).rejects.toMatchObject({
    code: 78,
    stderr: 'account: --email: Enter a valid e-mail address.\n',
  });
  await expect(account('--email', 'bob@example.org', '--role', 'king')).rejects.toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/^account: --role: /),
  });
  expect(await database.authUser.count({ where: { email: 'bob@example.org' } })).toBe(0);
}, 60_000);
