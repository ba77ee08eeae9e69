import { feedbackAnswerSchema, rateReplySchema } from '@fleetlm/protocol';
import * as z from 'zod';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const pathOf = (id: string, seq: string): string =>
  `/api/sessions/${encodeURIComponent(id)}/messages/${encodeURIComponent(seq)}/feedback`;

/** What the signed-in person thinks of a reply. */
export const PUT = userRoute(async ({ person, param, json }) => {
  const body = await json(rateReplySchema);
  const path = pathOf(param('id'), param('seq'));
  const kept = await userRequest(person, { path, method: 'PUT', body }, feedbackAnswerSchema);
  return kept.ok ? Response.json(kept.value) : problemResponse(kept.problem);
});

/** Takes it back. */
export const DELETE = userRoute(async ({ person, param }) => {
  const path = pathOf(param('id'), param('seq'));
  const taken = await userRequest(person, { path, method: 'DELETE' }, z.unknown());
  return taken.ok ? new Response(null, { status: 204 }) : problemResponse(taken.problem);
});
