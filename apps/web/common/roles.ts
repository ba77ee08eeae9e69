/**
 * What a user may see of this app: `user` talks, `owner` also looks after agents, `admin` also after the cluster. The nodes know
 * only users and admins: what an owner may do, this app's server does with its own key.
 */
export const ROLES = ['user', 'owner', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Anything that is no role of ours is the least of them. */
export function roleOf(value: unknown): Role {
  return ROLES.find((role) => role === value) ?? 'user';
}

/** Each may do what those before it may. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
