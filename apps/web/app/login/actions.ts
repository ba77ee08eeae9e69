'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { webAuth } from '@/lib/auth.ts';
import { logProblem } from '@/lib/log.ts';
import { checkedSignIn, forgetCookies } from '@/lib/sign-in.ts';

export interface SignInState {
  readonly error: string | null;
  readonly email: string;
}

/** Checks e-mail and password against the accounts and sets the session's cookies. */
export async function signIn(_: SignInState, form: FormData): Promise<SignInState> {
  const email = String(form.get('email') ?? '').trim();
  const result = await checkedSignIn(email, String(form.get('password') ?? ''));
  if (!result.ok) return { email, error: result.error };
  redirect('/inbox');
}

/** Signs out on this device. The cookies go even when the session's row can't be reached. */
export async function signOut(): Promise<void> {
  try {
    await webAuth().api.signOut({ headers: await headers() });
  } catch (error) {
    logProblem('sign-out: the session could not be deleted', error);
    await forgetCookies();
  }
  redirect('/login');
}
