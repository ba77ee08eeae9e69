import * as z from 'zod/mini';
import { request } from '@/common/request.ts';

const signedInSchema = z.object({ user_id: z.string() });

/** Signs in, in place; resolves with the id of who that is. */
export async function signInHere(email: string, password: string): Promise<string> {
  const body = { email, password };
  return (await request('/api/sign-in', signedInSchema, { method: 'POST', body })).user_id;
}
