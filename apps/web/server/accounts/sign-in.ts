import 'server-only';
import { APIError } from 'better-auth/api';
import { cookies, headers } from 'next/headers';
import { KNOWN_DEVICE_SECONDS } from '../../common/limits.ts';
import { serverEnv } from '../env.ts';
import { logProblem } from '../log.ts';
import { webAuth } from './auth.ts';
import { clientAddress } from './client-address.ts';
import { HashesBusyError, HashSlots } from './hash-slots.ts';
import { isKnownDevice, KNOWN_DEVICE_COOKIE, withKnownDevice } from './known-device.ts';
import { type SignInAttempt, SignInLimit } from './sign-in-limit.ts';

export type SignInResult =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly status: 401 | 429 | 503; readonly error: string };

export type PasswordChange =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 422 | 429 | 503; readonly error: string };

const limit = new SignInLimit();
const hashes = new HashSlots();
const AWAY = 'accounts are unavailable. Try again in a moment.';
const TOO_MANY = 'Too many attempts. Wait a minute and try again.';
const BUSY = 'Too many sign-ins at the moment. Try again shortly.';

/** Checks e-mail and password against the accounts and sets the session's cookies. */
export async function checkedSignIn(email: string, password: string): Promise<SignInResult> {
  const attempt = await attemptAt(email);
  if (!limit.allow(attempt, Date.now())) return { ok: false, status: 429, error: TOO_MANY };
  try {
    const body = { email, password };
    const asked = await headers();
    const { user } = await hashes.run(() => webAuth().api.signInEmail({ body, headers: asked }));
    limit.succeeded(attempt);
    await rememberDevice(email);
    return { ok: true, userId: user.id };
  } catch (error) {
    if (error instanceof HashesBusyError) return { ok: false, status: 503, error: BUSY };
    if (error instanceof APIError && error.status !== 'INTERNAL_SERVER_ERROR')
      return { ok: false, status: 401, error: 'This e-mail and password do not match an account.' };
    logProblem('sign-in failed', error);
    return { ok: false, status: 503, error: `Signing in is not possible right now: ${AWAY}` };
  }
}

/** Changes the password of the user who is signed in, and signs out the other devices. */
export async function changePassword(
  email: string,
  currentPassword: string,
  newPassword: string,
): Promise<PasswordChange> {
  const attempt = await attemptAt(email);
  if (!limit.allow(attempt, Date.now())) return { ok: false, status: 429, error: TOO_MANY };
  try {
    const body = { currentPassword, newPassword, revokeOtherSessions: true };
    const asked = await headers();
    await hashes.run(() => webAuth().api.changePassword({ body, headers: asked }));
    limit.succeeded(attempt);
    return { ok: true };
  } catch (error) {
    if (error instanceof HashesBusyError) return { ok: false, status: 503, error: BUSY };
    if (error instanceof APIError && error.status !== 'INTERNAL_SERVER_ERROR')
      return { ok: false, status: 422, error: 'This is not your current password.' };
    logProblem('the password could not be changed', error);
    return { ok: false, status: 503, error: `It can’t be changed right now: ${AWAY}` };
  }
}

async function attemptAt(email: string): Promise<SignInAttempt> {
  const [asked, jar] = await Promise.all([headers(), cookies()]);
  const env = serverEnv();
  const mark = jar.get(KNOWN_DEVICE_COOKIE)?.value;
  return {
    account: email,
    address: clientAddress(asked, env.WEB_TRUSTED_PROXIES),
    isKnownDevice: isKnownDevice(mark, email, env.AUTH_JWT_SECRET),
  };
}

async function rememberDevice(email: string): Promise<void> {
  const jar = await cookies();
  const env = serverEnv();
  const before = jar.get(KNOWN_DEVICE_COOKIE)?.value;
  jar.set(KNOWN_DEVICE_COOKIE, withKnownDevice(before, email, env.AUTH_JWT_SECRET), {
    httpOnly: true,
    sameSite: 'lax',
    secure: env.BETTER_AUTH_URL?.startsWith('https:') ?? false,
    maxAge: KNOWN_DEVICE_SECONDS,
    path: '/',
  });
}
