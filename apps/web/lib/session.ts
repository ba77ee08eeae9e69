import 'server-only';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { webAuth } from './auth.ts';
import { sessionGuard } from './devices.ts';
import { isAtLeast, type Role, roleOf } from './roles.ts';

export interface Person {
  /** The `sub` of their tokens. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

/** A person on one of their devices. */
export interface SignIn {
  readonly person: Person;
  readonly sessionId: string;
}

/** The sign-in, from the cookie alone; null when there is none, or this process knows that it was revoked. */
export const currentSignIn = cache(async (): Promise<SignIn | null> => {
  const session = await webAuth().api.getSession({ headers: await headers() });
  if (session === null || sessionGuard.isRevoked(session.session.id)) return null;
  const { id, name, email, role } = session.user;
  const person: Person = { id, name, email, role: roleOf(role) };
  return { person, sessionId: session.session.id };
});

/** Who is signed in, from the cookie alone; null when nobody is. */
export async function currentPerson(): Promise<Person | null> {
  return (await currentSignIn())?.person ?? null;
}

/** Who is signed in; anybody else is sent to the sign-in. */
export async function requirePerson(): Promise<Person> {
  const person = await currentPerson();
  if (person === null) redirect('/login');
  return person;
}

/** Somebody signed in who looks after agents; for others the page does not exist. */
export async function requireOwner(): Promise<Person> {
  const person = await requirePerson();
  if (!isAtLeast(person.role, 'owner')) notFound();
  return person;
}

/** The signed-in admin; for others the page does not exist. */
export async function requireAdmin(): Promise<Person> {
  const person = await requirePerson();
  if (person.role !== 'admin') notFound();
  return person;
}
