import type { ComponentProps } from 'react';
import { ROLES, type Role } from '@/common/roles.ts';

const WORDS: Readonly<Record<Role, string>> = { user: 'User', owner: 'Owner', admin: 'Admin' };

/** One of the roles; the component that shows it has to label it. */
export function RoleSelect(props: ComponentProps<'select'>) {
  return (
    <select
      {...props}
      className="h-9 rounded-md border border-strong bg-surface px-2 text-base font-normal disabled:opacity-60"
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {WORDS[role]}
        </option>
      ))}
    </select>
  );
}
