import * as z from 'zod';
import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

const querySchema = z.strictObject({
  range: z.enum(['15m', '24h']),
  after: z.string().regex(/^\d{1,16}$/, 'must be Unix milliseconds'),
});

/** What the nodes have kept of themselves. */
export const GET = adminRoute(({ person, query }) => {
  const { range, after } = query(querySchema);
  return operatorRequest(person, { path: `/api/admin/metrics?range=${range}&after=${after}` });
});
