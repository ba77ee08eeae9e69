import type { Role } from './roles.ts';

/** Who is signed in. */
export interface Person {
  /** The `sub` of their tokens. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}
