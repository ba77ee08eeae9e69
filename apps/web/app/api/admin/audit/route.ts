import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** Who began and ended which operation. */
export const GET = adminRoute(({ person }) =>
  operatorRequest(person, { path: '/api/admin/audit' }),
);
