import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** One operation, also one that is too old for the live list. */
export const GET = adminRoute(({ person, param }) =>
  operatorRequest(person, { path: `/api/admin/operations/${encodeURIComponent(param('id'))}` }),
);
