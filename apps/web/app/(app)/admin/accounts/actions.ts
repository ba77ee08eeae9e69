'use server';

import { revalidatePath } from 'next/cache';
import * as z from 'zod';
import {
  createAccount,
  deleteAccount,
  EmailTakenError,
  newAccountSchema,
  resetPassword,
  setRole,
} from '@/lib/account-store.ts';
import type { Problem } from '@/lib/cluster-api.ts';
import { database } from '@/lib/database.ts';
import { revokeDevices } from '@/lib/devices.ts';
import { logAction, logProblem } from '@/lib/log.ts';
import type { Outcome } from '@/lib/outcome.ts';
import { ACCOUNTS_AWAY } from '@/lib/problem-response.ts';
import { ROLES } from '@/lib/roles.ts';
import { requireAdmin } from '@/lib/session.ts';

const GONE: Problem = {
  status: 404,
  code: 'not_found',
  detail: 'There is no such account any more.',
  errors: [],
};
const OWN: Problem = {
  status: 409,
  code: 'conflict',
  detail: 'This is your own account: another admin has to do that, so that there is always one.',
  errors: [],
};

/** The password is in the answer, and nowhere else. */
export async function addAccount(fields: {
  readonly name: string;
  readonly email: string;
  readonly role: string;
}): Promise<Outcome<{ readonly password: string }>> {
  return acting('an account was added', async () => {
    const parsed = newAccountSchema.safeParse(fields);
    if (!parsed.success) {
      const detail = parsed.error.issues[0]?.message ?? 'Something is not right.';
      return refused(invalid(detail));
    }
    try {
      const { password } = await createAccount(database(), parsed.data);
      return { ok: true, value: { password } };
    } catch (error) {
      if (!(error instanceof EmailTakenError)) throw error;
      return refused({ status: 409, code: 'conflict', detail: error.message, errors: [] });
    }
  });
}

/** Signs the person out, so that the role is theirs from their next sign-in on. */
export async function changeRole(id: string, role: string): Promise<Outcome<null>> {
  return changing(id, 'was given another role', async (account) => {
    const parsed = z.enum(ROLES).safeParse(role);
    if (!parsed.success) return refused(invalid('This is no role.'));
    if (!(await setRole(database(), account, parsed.data))) return refused(GONE);
    await revokeDevices(account, 'all');
    return { ok: true, value: null };
  });
}

/** Signs the person out; the new password is in the answer, and nowhere else. */
export async function giveNewPassword(id: string): Promise<Outcome<{ readonly password: string }>> {
  return changing(id, 'was given another password', async (account) => {
    const password = await resetPassword(database(), account);
    if (password === null) return refused(GONE);
    await revokeDevices(account, 'all');
    return { ok: true, value: { password } };
  });
}

/** The account and its sign-ins; conversations stay where they are. */
export async function removeAccount(id: string): Promise<Outcome<null>> {
  return changing(id, 'was removed', async (account) => {
    await revokeDevices(account, 'all');
    return (await deleteAccount(database(), account)) ? { ok: true, value: null } : refused(GONE);
  });
}

/** What comes from a browser is anything: an id that is no text must not become a condition of a query. */
const idSchema = z.string().min(1).max(128);

/** On somebody else's account. */
async function changing<T>(
  id: string,
  what: string,
  act: (account: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const account = idSchema.safeParse(id);
  if (!account.success) return refused(invalid('This is no account.'));
  return acting(`account ${account.data} ${what}`, async (ownId) =>
    account.data === ownId ? refused(OWN) : act(account.data),
  );
}

async function acting<T>(
  what: string,
  act: (ownId: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { id } = await requireAdmin();
  try {
    const outcome = await act(id);
    if (outcome.ok) {
      logAction(what, id);
      revalidatePath('/admin/accounts');
    }
    return outcome;
  } catch (error) {
    logProblem('an account could not be changed', error);
    return refused(ACCOUNTS_AWAY);
  }
}

function refused(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}

function invalid(detail: string): Problem {
  return { status: 422, code: 'invalid_request', detail, errors: [] };
}
