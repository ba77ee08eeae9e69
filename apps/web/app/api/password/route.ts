import * as z from 'zod';
import { isOwnPage } from '@/lib/own-page.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '@/lib/password-length.ts';
import { FOREIGN_PAGE, problemResponse, UNAUTHENTICATED } from '@/lib/problem-response.ts';
import { currentPerson } from '@/lib/session.ts';
import { changePassword } from '@/lib/sign-in.ts';

const bodySchema = z.strictObject({
  current: z.string().min(1).max(1_000),
  next: z
    .string()
    .min(PASSWORD_LENGTH_MIN, `At least ${PASSWORD_LENGTH_MIN} characters, please.`)
    .max(PASSWORD_LENGTH_MAX, `At most ${PASSWORD_LENGTH_MAX} characters, please.`),
});

/** Changes the password and signs out the other devices. */
export async function POST(request: Request): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  const body = bodySchema.safeParse(await request.json().catch(() => null));
  if (!body.success) {
    const detail = body.error.issues[0]?.message ?? 'The request is not understood.';
    return problemResponse({ status: 422, code: 'invalid_request', detail, errors: [] });
  }
  const result = await changePassword(person.email, body.data.current, body.data.next);
  if (result.ok) return new Response(null, { status: 204 });
  const { status, error } = result;
  return problemResponse({ status, code: 'password_not_changed', detail: error, errors: [] });
}
