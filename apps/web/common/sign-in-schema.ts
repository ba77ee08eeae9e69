import * as z from 'zod';
import { CHECKED_PASSWORD_LENGTH_MAX, EMAIL_LENGTH_MAX } from './limits.ts';

/** What a user signs in with. */
export const signInSchema = {
  email: z.string().trim().min(1).max(EMAIL_LENGTH_MAX, 'is too long'),
  password: z.string().min(1).max(CHECKED_PASSWORD_LENGTH_MAX, 'is too long'),
};
