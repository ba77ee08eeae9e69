import * as z from 'zod';
import { isOwnPage } from '@/lib/own-page.ts';
import { FOREIGN_PAGE, problemResponse } from '@/lib/problem-response.ts';
import { checkedSignIn } from '@/lib/sign-in.ts';

const bodySchema = z.strictObject({
  email: z.string().trim().min(1).max(320),
  password: z.string().min(1).max(1_000),
});

/** Signs in without leaving the page: what is unsent or half written there stays. */
export async function POST(request: Request): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const body = bodySchema.safeParse(await request.json().catch(() => null));
  if (!body.success) {
    const detail = z.prettifyError(body.error);
    return problemResponse({ status: 422, code: 'invalid_request', detail, errors: [] });
  }
  const result = await checkedSignIn(body.data.email, body.data.password);
  if (result.ok) return Response.json({ user_id: result.userId });
  const { status, error } = result;
  return problemResponse({ status, code: 'sign_in_failed', detail: error, errors: [] });
}
