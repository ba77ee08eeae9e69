import 'server-only';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { webAuth } from './auth.ts';

export interface Person {
  /** The `sub` of their tokens. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'user' | 'admin';
}

/** Who is signed in, from the cookie alone; null when nobody is. */
export const currentPerson = cache(async (): Promise<Person | null> => {
  const session = await webAuth().api.getSession({ headers: await headers() });
  if (session === null) return null;
  const { id, name, email, role } = session.user;
  return { id, name, email, role: role === 'admin' ? 'admin' : 'user' };
});

/** Who is signed in; anybody else is sent to the sign-in. */
export async function requirePerson(): Promise<Person> {
  const person = await currentPerson();
  if (person === null) redirect('/login');
  return person;
}

/** The signed-in admin; for others the page does not exist. */
export async function requireAdmin(): Promise<Person> {
  const person = await requirePerson();
  if (person.role !== 'admin') notFound();
  return person;
}
