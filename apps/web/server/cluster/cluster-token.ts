import 'server-only';
import { SignJWT } from 'jose';

/** A token for conversations. */
export const USER_TOKEN_SECONDS = 600;
/** A token with an admin's rights: the nodes know nothing of roles that are taken away, so it has to end soon. */
export const ADMIN_TOKEN_SECONDS = 60;

export interface TokenSubject {
  readonly id: string;
  readonly name: string;
}

/** A token that the nodes accept for conversations: HS256, `sub` the user id, with `role` and `name`. */
export function mintUserToken(person: TokenSubject, secret: string): Promise<string> {
  return mint(person, 'user', USER_TOKEN_SECONDS, secret);
}

/** A token that opens the cluster's admin interface. Only for a person whose role was confirmed. */
export function mintAdminToken(person: TokenSubject, secret: string): Promise<string> {
  return mint(person, 'admin', ADMIN_TOKEN_SECONDS, secret);
}

function mint(
  person: TokenSubject,
  role: 'user' | 'admin',
  seconds: number,
  secret: string,
): Promise<string> {
  return new SignJWT({ role, name: person.name })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(person.id)
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .sign(new TextEncoder().encode(secret));
}
