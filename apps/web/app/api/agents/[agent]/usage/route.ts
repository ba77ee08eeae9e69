import { usageQuerySchema } from '@fleetlm/protocol';
import * as z from 'zod';
import { agentUsageCsv } from '@/server/cluster/agents.ts';
import { ownerRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const querySchema = z.strictObject({ by: usageQuerySchema.shape.by });

/** The usage of an agent as a file. */
export const GET = ownerRoute(async ({ param, query }) => {
  const agentId = decodeURIComponent(param('agent'));
  const { by } = query(querySchema);
  const csv = await agentUsageCsv(agentId, by);
  if (!csv.ok) return problemResponse(csv.problem);
  return new Response(csv.value, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="usage-by-${by}.csv"`,
      'cache-control': 'no-store',
    },
  });
});
