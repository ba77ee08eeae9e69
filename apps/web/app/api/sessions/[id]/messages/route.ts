import { SEQ_MAX } from '@fleetlm/protocol';
import * as z from 'zod';
import { OLDER_MESSAGES_MAX } from '@/common/limits.ts';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const querySchema = z.strictObject({
  before_seq: z.coerce.number().int().min(1).max(SEQ_MAX),
  limit: z.coerce.number().int().min(1).max(OLDER_MESSAGES_MAX),
});
const answerSchema = z.object({ messages: z.array(z.record(z.string(), z.unknown())) });

/** An older page of a conversation, with the person's own rights. */
export const GET = userRoute(async ({ person, param, query }) => {
  const { before_seq, limit } = query(querySchema);
  const path = `/api/sessions/${encodeURIComponent(param('id'))}/messages?before_seq=${before_seq}&limit=${limit}`;
  const page = await userRequest(person, { path }, answerSchema);
  return page.ok
    ? Response.json(page.value, { headers: { 'cache-control': 'no-store' } })
    : problemResponse(page.problem);
});
