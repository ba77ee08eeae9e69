import * as z from 'zod';
import { clusterRequest } from '@/lib/cluster-api.ts';
import { mintClusterToken } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { isOwnPage } from '@/lib/own-page.ts';
import { FOREIGN_PAGE, problemResponse, UNAUTHENTICATED } from '@/lib/problem-response.ts';
import { currentPerson } from '@/lib/session.ts';

const bodySchema = z.strictObject({ agent_id: z.string().min(1).max(64) });
const answerSchema = z.object({ session: z.object({ id: z.string() }) });

/** Starts a conversation of the signed-in person with an agent. */
export async function POST(request: Request): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  const body = bodySchema.safeParse(await request.json().catch(() => null));
  if (!body.success) {
    return problemResponse({
      status: 422,
      code: 'invalid_request',
      detail: z.prettifyError(body.error),
      errors: [],
    });
  }
  const token = await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET);
  const created = await clusterRequest(
    {
      path: '/api/sessions',
      method: 'POST',
      body: { user_id: person.id, agent_id: body.data.agent_id },
      as: { token },
    },
    answerSchema,
  );
  if (!created.ok) return problemResponse(created.problem);
  return Response.json({ id: created.value.session.id }, { status: 201 });
}
