import * as z from 'zod';
import { signInSchema } from '@/common/sign-in-schema.ts';
import { checkedSignIn } from '@/server/accounts/sign-in.ts';
import { publicRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

/** Signs in without leaving the page: what is unsent or half written there stays. */
export const POST = publicRoute(async ({ json }) => {
  const { email, password } = await json(z.strictObject(signInSchema));
  const result = await checkedSignIn(email, password);
  if (result.ok) return Response.json({ user_id: result.userId });
  const { status, error } = result;
  return problemResponse({ status, code: 'sign_in_failed', detail: error, errors: [] });
});
