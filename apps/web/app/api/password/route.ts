import * as z from 'zod';
import { CHECKED_PASSWORD_LENGTH_MAX } from '@/common/limits.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '@/common/password-length.ts';
import { changePassword } from '@/server/accounts/sign-in.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const bodySchema = z.strictObject({
  current: z.string().min(1).max(CHECKED_PASSWORD_LENGTH_MAX),
  next: z
    .string()
    .min(PASSWORD_LENGTH_MIN, `must have at least ${PASSWORD_LENGTH_MIN} characters`)
    .max(PASSWORD_LENGTH_MAX, `must have at most ${PASSWORD_LENGTH_MAX} characters`),
});

/** Changes the password and signs out the other devices. */
export const POST = userRoute(async ({ person, json }) => {
  const { current, next } = await json(bodySchema);
  const result = await changePassword(person.email, current, next);
  if (result.ok) return new Response(null, { status: 204 });
  const { status, error } = result;
  return problemResponse({ status, code: 'password_not_changed', detail: error, errors: [] });
});
