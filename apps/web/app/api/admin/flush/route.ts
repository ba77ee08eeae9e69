import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** Writes what is not in Postgres yet, now. */
export const POST = adminRoute(({ person }) =>
  operatorRequest(person, { path: '/api/admin/flush', method: 'POST' }),
);
