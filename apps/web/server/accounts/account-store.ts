import 'server-only';
import { randomBytes, randomUUID } from 'node:crypto';
import type { PrismaClient } from '@fleetlm/database/client';
import { hashPassword } from 'better-auth/crypto';
import type { Account, NewAccount } from '../../common/accounts.ts';
import type { Person } from '../../common/person.ts';
import { type Role, roleOf } from '../../common/roles.ts';

/** Listed at once; more are counted. */
export const ACCOUNTS_MAX = 500;
/** 96 bits, as 16 characters. */
const PASSWORD_BYTES = 12;
const CREDENTIAL = 'credential';
/** Of Prisma: another row has this value already. */
const NOT_UNIQUE = 'P2002';

export class EmailTakenError extends Error {
  constructor(email: string) {
    super(`There is an account of ${email} already.`);
    this.name = 'EmailTakenError';
  }
}

/** Newest first. Every method rejects when the database can't be reached. */
export async function listAccounts(
  database: PrismaClient,
): Promise<{ readonly accounts: readonly Account[]; readonly count: number }> {
  const [rows, count] = await Promise.all([
    database.authUser.findMany({
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      take: ACCOUNTS_MAX,
      select: {
        id: true,
        name: true,
        email: true,
        role: true,
        createdAt: true,
        _count: { select: { sessions: { where: { expiresAt: { gt: new Date() } } } } },
      },
    }),
    database.authUser.count(),
  ]);
  const accounts = rows.map(({ id, name, email, role, createdAt, _count }) => ({
    id,
    name,
    email,
    role: roleOf(role),
    devices: _count.sessions,
    since: createdAt.toISOString(),
  }));
  return { accounts, count };
}

/** The account of a session that has not expired; null: there is none. */
export async function readSessionAccount(
  database: PrismaClient,
  sessionId: string,
): Promise<Person | null> {
  const session = await database.authSession.findUnique({
    where: { id: sessionId, expiresAt: { gt: new Date() } },
    select: { user: { select: { id: true, name: true, email: true, role: true } } },
  });
  return session === null ? null : { ...session.user, role: roleOf(session.user.role) };
}

/** Answers with the first password, which is nowhere else. Throws EmailTakenError. */
export async function createAccount(
  database: PrismaClient,
  { name, email, role }: NewAccount,
): Promise<{ readonly id: string; readonly password: string }> {
  const id = randomUUID();
  const plain = newPassword();
  const password = await hashPassword(plain);
  try {
    await database.authUser.create({
      data: {
        id,
        name,
        email,
        role,
        emailVerified: true,
        accounts: {
          create: { id: randomUUID(), providerId: CREDENTIAL, accountId: id, password },
        },
      },
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_UNIQUE)
      throw new EmailTakenError(email);
    throw error;
  }
  return { id, password: plain };
}

/** False: there is no such account. */
export async function setRole(database: PrismaClient, id: string, role: Role): Promise<boolean> {
  const { count } = await database.authUser.updateMany({ where: { id }, data: { role } });
  return count > 0;
}

/** Answers with another password, which is nowhere else; null: there is no such account. */
export async function resetPassword(database: PrismaClient, id: string): Promise<string | null> {
  const plain = newPassword();
  const { count } = await database.authAccount.updateMany({
    where: { userId: id, providerId: CREDENTIAL },
    data: { password: await hashPassword(plain) },
  });
  return count > 0 ? plain : null;
}

/** Its devices with it; its conversations stay in the cluster. False: there was none. */
export async function deleteAccount(database: PrismaClient, id: string): Promise<boolean> {
  const { count } = await database.authUser.deleteMany({ where: { id } });
  return count > 0;
}

function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}
