import * as z from 'zod';
import { agentFeedbackFile } from '@/server/cluster/agents.ts';
import { ownerRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const querySchema = z.strictObject({ form: z.enum(['csv', 'jsonl']) });

/** The newest feedback of an agent as a file. */
export const GET = ownerRoute(async ({ param, query }) => {
  const { form } = query(querySchema);
  const file = await agentFeedbackFile(decodeURIComponent(param('agent')), form);
  if (!file.ok) return problemResponse(file.problem);
  return new Response(file.value, {
    headers: {
      'content-type': form === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl',
      'content-disposition': `attachment; filename="feedback.${form}"`,
      'cache-control': 'no-store',
    },
  });
});
