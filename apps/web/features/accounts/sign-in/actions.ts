'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import * as z from 'zod';
import { signInSchema } from '@/common/sign-in-schema.ts';
import { webAuth } from '@/server/accounts/auth.ts';
import { forgetCookies } from '@/server/accounts/session-cookies.ts';
import { checkedSignIn } from '@/server/accounts/sign-in.ts';
import { publicAction } from '@/server/guards/guarded-action.ts';
import { logProblem } from '@/server/log.ts';

export interface SignInState {
  readonly error: string | null;
  readonly email: string;
}

const NO_MATCH = 'This e-mail and password do not match an account.';

/** Checks e-mail and password against the accounts and sets the session's cookies. */
export const signIn = publicAction(
  z.tuple([z.unknown(), z.instanceof(FormData)]),
  async (_before, form): Promise<SignInState> => {
    const fields = { email: form.get('email'), password: form.get('password') };
    const parsed = z.strictObject(signInSchema).safeParse(fields);
    if (!parsed.success) return { email: '', error: NO_MATCH };
    const { email, password } = parsed.data;
    const result = await checkedSignIn(email, password);
    if (!result.ok) return { email, error: result.error };
    redirect('/inbox');
  },
  ({ detail }) => ({ email: '', error: detail }),
);

/** Ends the session of this device. The cookies go even when the session's row can't be reached. */
export const signOut = publicAction(
  z.tuple([]),
  async (): Promise<void> => {
    try {
      await webAuth().api.signOut({ headers: await headers() });
    } catch (error) {
      logProblem('sign-out: the session could not be deleted', error);
      await forgetCookies();
    }
  },
  () => undefined,
);
