import { parseArgs } from 'node:util';
import { PrismaClient } from '@fleetlm/database/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { newAccountSchema } from '../common/accounts.ts';
import { createAccount, EmailTakenError } from '../server/accounts/account-store.ts';

/** Adds an account, for instance the first admin, and prints its password. Reads DATABASE_URL. */
const { values } = parseArgs({
  options: {
    email: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string', default: 'user' },
  },
});
const connectionString = process.env.DATABASE_URL ?? '';
if (connectionString === '') stop('DATABASE_URL must be set');
const account = newAccountSchema.safeParse({ ...values, name: values.name ?? values.email });
if (!account.success) {
  const [issue] = account.error.issues;
  stop(`--${issue?.path.join('.')}: ${issue?.message}`);
} else {
  const database = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
  try {
    const { password } = await createAccount(database, account.data);
    process.stdout.write(`${account.data.role} ${account.data.email}, password ${password}\n`);
  } catch (error) {
    if (!(error instanceof EmailTakenError)) throw error;
    stop(error.message);
  } finally {
    await database.$disconnect();
  }
}

function stop(what: string): never {
  process.stderr.write(`account: ${what}\n`);
  process.exit(78);
}
