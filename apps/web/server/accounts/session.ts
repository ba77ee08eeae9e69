import 'server-only';
import { headers } from 'next/headers';
import { cache } from 'react';
import { ROLE_GRACE_MS } from '../../common/limits.ts';
import type { Person } from '../../common/person.ts';
import { isAtLeast, type Role, roleOf } from '../../common/roles.ts';
import { webAuth } from './auth.ts';
import { accountGuard } from './devices.ts';

/** A person on one of their devices. */
export interface SignIn {
  readonly person: Person;
  readonly sessionId: string;
  /** Whether Postgres said so a moment ago. Otherwise it is unreachable, and nothing may be changed with the role. */
  readonly isConfirmed: boolean;
  /** As it was at the sign-in: gives no rights. */
  readonly roleAtSignIn: Role;
}

/**
 * The sign-in; null when there is none, or it was revoked. Who it is comes from the cookie, what they may do from Postgres. While
 * that is unreachable people go on chatting; a role lasts for ROLE_GRACE_MS after it was confirmed.
 */
export const currentSignIn = cache(async (): Promise<SignIn | null> => {
  const session = await webAuth().api.getSession({ headers: await headers() });
  if (session === null) return null;
  const sessionId = session.session.id;
  const { id, name, email, role } = session.user;
  const roleAtSignIn = roleOf(role);
  const standing = await accountGuard.check(sessionId);
  if (standing.kind === 'revoked') return null;
  if (standing.kind === 'confirmed')
    return { person: standing.account, sessionId, isConfirmed: true, roleAtSignIn };
  const { last } = standing;
  const person: Person =
    last !== null && Date.now() - last.atMs < ROLE_GRACE_MS
      ? last.account
      : { id, name, email, role: 'user' };
  return { person, sessionId, isConfirmed: false, roleAtSignIn };
});

export type Admission =
  | { readonly ok: true; readonly signIn: SignIn }
  /** `unconfirmed`: the account may have the role, but Postgres can't say so now. */
  | { readonly ok: false; readonly why: 'signed-out' | 'forbidden' | 'unconfirmed' };

/** Whether a user may see (`view`) or do (`change`) what takes this role. Every page, route and action asks here. */
export async function admit(needed: Role, intent: 'view' | 'change'): Promise<Admission> {
  const signIn = await currentSignIn();
  if (signIn === null) return { ok: false, why: 'signed-out' };
  const { person, isConfirmed, roleAtSignIn } = signIn;
  if (needed === 'user') return { ok: true, signIn };
  if (isAtLeast(person.role, needed))
    return isConfirmed || intent === 'view'
      ? { ok: true, signIn }
      : { ok: false, why: 'unconfirmed' };
  const mayBeMore = !isConfirmed && isAtLeast(roleAtSignIn, needed);
  return { ok: false, why: mayBeMore ? 'unconfirmed' : 'forbidden' };
}
