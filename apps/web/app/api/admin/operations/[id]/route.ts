import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

/** One operation, also one that is too old for the live list. */
export const GET = adminRoute(({ person, param }) =>
  operatorRequest(person, { path: `/api/admin/operations/${encodeURIComponent(param('id'))}` }),
);
