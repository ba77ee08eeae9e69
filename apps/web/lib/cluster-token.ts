import { SignJWT } from 'jose';
import type { Role } from './roles.ts';

export const TOKEN_SECONDS = 600;

export interface TokenSubject {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** A token that the nodes accept for ten minutes: HS256, `sub` the user id, with `role` and `name`. */
export function mintClusterToken(person: TokenSubject, secret: string): Promise<string> {
  return new SignJWT({ role: person.role === 'admin' ? 'admin' : 'user', name: person.name })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(person.id)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_SECONDS}s`)
    .sign(new TextEncoder().encode(secret));
}
