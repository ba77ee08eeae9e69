import { PrismaClient } from '@fleetlm/database/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { hashPassword } from 'better-auth/crypto';

/**
 * Puts the demo accounts there, or gives them their passwords again: `demo`, `second` (users), `owner` (of agents) and `admin`.
 * Reads DATABASE_URL, DEMO_PASSWORD, ADMIN_PASSWORD and SECOND_PASSWORD (default: DEMO_PASSWORD).
 */
const connectionString = required('DATABASE_URL');
const demoPassword = required('DEMO_PASSWORD');

const ACCOUNTS = [
  { id: 'demo', name: 'Demo', role: 'user', password: demoPassword },
  {
    id: 'second',
    name: 'Second',
    role: 'user',
    password: process.env.SECOND_PASSWORD ?? demoPassword,
  },
  { id: 'owner', name: 'Owner', role: 'owner', password: demoPassword },
  { id: 'admin', name: 'Admin', role: 'admin', password: required('ADMIN_PASSWORD') },
] as const;

const database = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
try {
  for (const { id, name, role, password: plain } of ACCOUNTS) {
    const person = { name, role, email: `${id}@fleetlm.local`, emailVerified: true };
    await database.authUser.upsert({ where: { id }, create: { id, ...person }, update: person });
    const password = await hashPassword(plain);
    await database.authAccount.upsert({
      where: { providerId_accountId: { providerId: 'credential', accountId: id } },
      create: {
        id: `credential-${id}`,
        providerId: 'credential',
        accountId: id,
        userId: id,
        password,
      },
      update: { password },
    });
  }
} finally {
  await database.$disconnect();
}

function required(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  process.stderr.write(`seed-demo: ${name} must be set\n`);
  process.exit(78);
}
