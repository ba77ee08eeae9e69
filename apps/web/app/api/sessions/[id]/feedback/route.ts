import { sessionFeedbackAnswerSchema } from '@fleetlm/protocol';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

/** What the signed-in person said of the replies of a conversation. */
export const GET = userRoute(async ({ person, param }) => {
  const path = `/api/sessions/${encodeURIComponent(param('id'))}/feedback`;
  const found = await userRequest(person, { path }, sessionFeedbackAnswerSchema);
  if (!found.ok) return problemResponse(found.problem);
  return Response.json(found.value, { headers: { 'cache-control': 'no-store' } });
});
