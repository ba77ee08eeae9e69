import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** What happened in the cluster lately. */
export const GET = adminRoute(({ person }) =>
  operatorRequest(person, { path: '/api/admin/events' }),
);
