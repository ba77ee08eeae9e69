'use server';

import { revalidatePath } from 'next/cache';
import * as z from 'zod';
import { newAccountSchema } from '@/common/accounts.ts';
import { ACCOUNT_NAME_LENGTH_MAX } from '@/common/limits.ts';
import type { Outcome, Problem } from '@/common/outcome.ts';
import type { Person } from '@/common/person.ts';
import { ROLES } from '@/common/roles.ts';
import {
  createAccount,
  deleteAccount,
  EmailTakenError,
  resetPassword,
  setRole,
} from '@/server/accounts/account-store.ts';
import { database } from '@/server/accounts/database.ts';
import { revokeDevices } from '@/server/accounts/devices.ts';
import { adminAction, refused } from '@/server/guards/guarded-action.ts';
import { ACCOUNTS_AWAY, invalidRequest } from '@/server/guards/problem-response.ts';
import { logAction, logProblem } from '@/server/log.ts';

const GONE: Problem = {
  status: 404,
  code: 'not_found',
  detail: 'This account no longer exists.',
  errors: [],
};
const OWN: Problem = {
  status: 409,
  code: 'conflict',
  detail: 'This is your own account. Ask another admin, so that at least one always remains.',
  errors: [],
};

const idSchema = z.string().min(1).max(ACCOUNT_NAME_LENGTH_MAX);

/** The password is in the answer, and nowhere else. */
export const addAccount = adminAction(z.tuple([z.unknown()]), async (person, fields) =>
  acting(person, 'an account was added', async () => {
    const parsed = newAccountSchema.safeParse(fields);
    if (!parsed.success) {
      const detail = parsed.error.issues[0]?.message ?? 'Some fields are invalid.';
      return refused(invalidRequest({ detail, errors: [] }));
    }
    try {
      const { password } = await createAccount(database(), parsed.data);
      return { ok: true, value: { password } };
    } catch (error) {
      if (!(error instanceof EmailTakenError)) throw error;
      return refused({ status: 409, code: 'conflict', detail: error.message, errors: [] });
    }
  }),
);

/** Takes effect at once; the person is signed out, so that every page of theirs knows. */
export const changeRole = adminAction(
  z.tuple([idSchema, z.enum(ROLES)]),
  async (person, account, role) =>
    changing(person, account, 'was given another role', async () => {
      if (!(await setRole(database(), account, role))) return refused(GONE);
      await revokeDevices(account, 'all');
      return { ok: true, value: null };
    }),
);

/** Signs the person out; the new password is in the answer, and nowhere else. */
export const giveNewPassword = adminAction(z.tuple([idSchema]), async (person, account) =>
  changing(person, account, 'was given another password', async () => {
    const password = await resetPassword(database(), account);
    if (password === null) return refused(GONE);
    await revokeDevices(account, 'all');
    return { ok: true, value: { password } };
  }),
);

/** The account and its sign-ins; conversations stay where they are. */
export const removeAccount = adminAction(z.tuple([idSchema]), async (person, account) =>
  changing(person, account, 'was removed', async () => {
    await revokeDevices(account, 'all');
    return (await deleteAccount(database(), account)) ? { ok: true, value: null } : refused(GONE);
  }),
);

/** On another user's account. */
async function changing<T>(
  person: Person,
  account: string,
  what: string,
  act: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  if (account === person.id) return refused(OWN);
  return acting(person, `account ${account} ${what}`, act);
}

async function acting<T>(
  person: Person,
  what: string,
  act: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  try {
    const outcome = await act();
    if (outcome.ok) {
      logAction(what, person.id);
      revalidatePath('/admin/accounts');
    }
    return outcome;
  } catch (error) {
    logProblem('an account could not be changed', error);
    return refused(ACCOUNTS_AWAY);
  }
}
