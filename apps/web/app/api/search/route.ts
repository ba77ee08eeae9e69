import { searchQuerySchema } from '@fleetlm/protocol';
import * as z from 'zod';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const querySchema = z.strictObject({ q: searchQuerySchema.shape.q });
const answerSchema = z.object({ results: z.array(z.unknown()) });

/** Messages of the signed-in person's conversations that hold a text. */
export const GET = userRoute(async ({ person, query }) => {
  const path = `/api/search?q=${encodeURIComponent(query(querySchema).q)}`;
  const found = await userRequest(person, { path }, answerSchema);
  if (!found.ok) return problemResponse(found.problem);
  return Response.json(found.value, { headers: { 'cache-control': 'no-store' } });
});
