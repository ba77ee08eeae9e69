import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

/** What happened in the cluster lately. */
export const GET = adminRoute(({ person }) =>
  operatorRequest(person, { path: '/api/admin/events' }),
);
