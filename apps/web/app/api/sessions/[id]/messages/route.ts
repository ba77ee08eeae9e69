import * as z from 'zod';
import { clusterRequest } from '@/lib/cluster-api.ts';
import { mintClusterToken } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { problemResponse, UNAUTHENTICATED } from '@/lib/problem-response.ts';
import { currentPerson } from '@/lib/session.ts';

const querySchema = z.object({
  before_seq: z.coerce.number().int().min(1),
  limit: z.coerce.number().int().min(1).max(200),
});
const answerSchema = z.object({ messages: z.array(z.record(z.string(), z.unknown())) });

/** An older page of a conversation, with the person's own rights. */
export async function GET(
  request: Request,
  context: { params: Promise<{ id: string }> },
): Promise<Response> {
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  const query = querySchema.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!query.success) {
    return problemResponse({
      status: 422,
      code: 'invalid_request',
      detail: z.prettifyError(query.error),
      errors: [],
    });
  }
  const { id } = await context.params;
  const token = await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET);
  const { before_seq, limit } = query.data;
  const path = `/api/sessions/${encodeURIComponent(id)}/messages?before_seq=${before_seq}&limit=${limit}`;
  const page = await clusterRequest({ path, as: { token } }, answerSchema);
  return page.ok
    ? Response.json(page.value, { headers: { 'cache-control': 'no-store' } })
    : problemResponse(page.problem);
}
