import * as z from 'zod';
import { ACCOUNT_NAME_LENGTH_MAX, EMAIL_LENGTH_MAX } from './limits.ts';
import { ROLES, type Role } from './roles.ts';

/** Accounts as admins see them. What only their people may know (passwords, tokens) never leaves here. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly devices: number;
  readonly since: string;
}

export const newAccountSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'Enter a name.')
    .max(ACCOUNT_NAME_LENGTH_MAX, 'The name is too long.'),
  email: z
    .email('Enter a valid e-mail address.')
    .max(EMAIL_LENGTH_MAX, 'The e-mail address is too long.')
    .transform((email) => email.toLowerCase()),
  role: z.enum(ROLES),
});
export type NewAccount = z.output<typeof newAccountSchema>;
