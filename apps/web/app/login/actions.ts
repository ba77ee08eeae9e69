'use server';

import { APIError } from 'better-auth/api';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { webAuth } from '@/lib/auth.ts';
import { logProblem } from '@/lib/log.ts';
import { SignInLimit } from '@/lib/sign-in-limit.ts';

export interface SignInState {
  readonly error: string | null;
  readonly email: string;
}

const limit = new SignInLimit();

/** Checks e-mail and password against the accounts and sets the session's cookies. */
export async function signIn(_: SignInState, form: FormData): Promise<SignInState> {
  const email = String(form.get('email') ?? '').trim();
  const password = String(form.get('password') ?? '');
  if (!limit.allow(email, Date.now())) {
    return { email, error: 'Too many tries. Please wait a minute and try again.' };
  }
  try {
    await webAuth().api.signInEmail({ body: { email, password }, headers: await headers() });
  } catch (error) {
    return { email, error: signInError(error) };
  }
  limit.succeeded(email);
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

async function forgetCookies(): Promise<void> {
  const { cookies } = await import('next/headers');
  const jar = await cookies();
  for (const { name } of jar.getAll()) if (name.includes('fleetlm.session')) jar.delete(name);
}

function signInError(error: unknown): string {
  if (error instanceof APIError && error.status !== 'INTERNAL_SERVER_ERROR')
    return 'This e-mail and password do not match an account.';
  logProblem('sign-in failed', error);
  return 'Signing in is not possible right now: the accounts can’t be reached. Please try again in a moment.';
}
