import 'server-only';
import { APIError } from 'better-auth/api';
import { headers } from 'next/headers';
import { webAuth } from './auth.ts';
import { logProblem } from './log.ts';
import { SignInLimit } from './sign-in-limit.ts';

export type SignInResult =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly status: 401 | 429 | 503; readonly error: string };

export type PasswordChange =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 422 | 429 | 503; readonly error: string };

const limit = new SignInLimit();
const AWAY = 'the accounts can’t be reached. Please try again in a moment.';
const TOO_MANY = 'Too many tries. Please wait a minute and try again.';

/** Checks e-mail and password against the accounts and sets the session's cookies. */
export async function checkedSignIn(email: string, password: string): Promise<SignInResult> {
  if (!limit.allow(email, Date.now())) return { ok: false, status: 429, error: TOO_MANY };
  try {
    const body = { email, password };
    const { user } = await webAuth().api.signInEmail({ body, headers: await headers() });
    limit.succeeded(email);
    return { ok: true, userId: user.id };
  } catch (error) {
    if (error instanceof APIError && error.status !== 'INTERNAL_SERVER_ERROR')
      return { ok: false, status: 401, error: 'This e-mail and password do not match an account.' };
    logProblem('sign-in failed', error);
    return { ok: false, status: 503, error: `Signing in is not possible right now: ${AWAY}` };
  }
}

/** Changes the password of whoever is signed in, and signs out their other devices. */
export async function changePassword(
  email: string,
  currentPassword: string,
  newPassword: string,
): Promise<PasswordChange> {
  if (!limit.allow(email, Date.now())) return { ok: false, status: 429, error: TOO_MANY };
  try {
    const body = { currentPassword, newPassword, revokeOtherSessions: true };
    await webAuth().api.changePassword({ body, headers: await headers() });
    limit.succeeded(email);
    return { ok: true };
  } catch (error) {
    if (error instanceof APIError && error.status !== 'INTERNAL_SERVER_ERROR')
      return { ok: false, status: 422, error: 'This is not your current password.' };
    logProblem('the password could not be changed', error);
    return { ok: false, status: 503, error: `It can’t be changed right now: ${AWAY}` };
  }
}
