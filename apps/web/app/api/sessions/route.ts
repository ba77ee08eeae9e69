import {
  AGENT_ID_LENGTH_MAX,
  AUTOMATIC_TITLE_LENGTH_MAX,
  IDEMPOTENCY_KEY_LENGTH_MAX,
} from '@fleetlm/protocol';
import { withAutomaticTitle } from '@fleetlm/protocol/session-title';
import * as z from 'zod';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const bodySchema = z.strictObject({
  agent_id: z.string().min(1).max(AGENT_ID_LENGTH_MAX),
  /** Of the page: the same when it asks again. */
  key: z.string().min(1).max(IDEMPOTENCY_KEY_LENGTH_MAX),
  /** Made of the first message; the agent may give a better one. */
  title: z.string().min(1).max(AUTOMATIC_TITLE_LENGTH_MAX).optional(),
});
const answerSchema = z.object({ session: z.object({ id: z.string() }) });

/** Starts a conversation of the signed-in person with an agent. */
export const POST = userRoute(async ({ person, json }) => {
  const { agent_id, key, title } = await json(bodySchema);
  const metadata = title === undefined ? null : withAutomaticTitle({}, title, 'first_message');
  const body = { user_id: person.id, agent_id, metadata: metadata ?? {} };
  const request = { path: '/api/sessions', method: 'POST', body, idempotencyKey: key } as const;
  const created = await userRequest(person, request, answerSchema);
  if (!created.ok) return problemResponse(created.problem);
  return Response.json({ id: created.value.session.id }, { status: 201 });
});
