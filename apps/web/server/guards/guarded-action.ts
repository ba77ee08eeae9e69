import 'server-only';
import { parse } from '@fleetlm/protocol';
import { notFound, redirect, unstable_rethrow } from 'next/navigation';
import type * as z from 'zod';
import type { Outcome, Problem } from '../../common/outcome.ts';
import type { Person } from '../../common/person.ts';
import type { Role } from '../../common/roles.ts';
import { admit } from '../accounts/session.ts';
import { logProblem } from '../log.ts';
import { ACCOUNTS_AWAY, INTERNAL, invalidRequest } from './problem-response.ts';

/**
 * A server action is a public endpoint: any client that has its id may call it with anything. So each is made by one of these, which parse
 * the arguments, ask for the role and let no error out.
 */
type Arguments<A extends unknown[], I extends unknown[]> = z.ZodType<A, I>;

/** For all users, also without a sign-in. `refuse` puts a problem into the form of the answer. */
export function publicAction<A extends unknown[], I extends unknown[], R>(
  args: Arguments<A, I>,
  act: (...args: A) => Promise<R>,
  refuse: (problem: Problem) => R,
): (...args: I) => Promise<R> {
  return (...given) => run(args, given, (...parsed) => act(...parsed), refuse);
}

/** For agent owners. */
export function ownerAction<A extends unknown[], I extends unknown[], T>(
  args: Arguments<A, I>,
  act: (person: Person, ...args: A) => Promise<Outcome<T>>,
): (...args: I) => Promise<Outcome<T>> {
  return guarded('owner', args, act);
}

export function adminAction<A extends unknown[], I extends unknown[], T>(
  args: Arguments<A, I>,
  act: (person: Person, ...args: A) => Promise<Outcome<T>>,
): (...args: I) => Promise<Outcome<T>> {
  return guarded('admin', args, act);
}

function guarded<A extends unknown[], I extends unknown[], T>(
  needed: Role,
  args: Arguments<A, I>,
  act: (person: Person, ...args: A) => Promise<Outcome<T>>,
): (...args: I) => Promise<Outcome<T>> {
  return async (...given) => {
    const admission = await admit(needed, 'change');
    if (!admission.ok) {
      if (admission.why === 'signed-out') redirect('/login');
      if (admission.why === 'forbidden') notFound();
      return refused(ACCOUNTS_AWAY);
    }
    const { person } = admission.signIn;
    return run(args, given, (...parsed) => act(person, ...parsed), refused);
  };
}

async function run<A extends unknown[], I extends unknown[], R>(
  args: Arguments<A, I>,
  given: I,
  act: (...args: A) => Promise<R>,
  refuse: (problem: Problem) => R,
): Promise<R> {
  const parsed = parse(args, given);
  if (!parsed.ok) return refuse(invalidRequest(parsed));
  try {
    return await act(...parsed.value);
  } catch (error) {
    // A redirect is thrown, and is no error.
    unstable_rethrow(error);
    logProblem('a server action failed', error);
    return refuse(INTERNAL);
  }
}

export function refused(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}
