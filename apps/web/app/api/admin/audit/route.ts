import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

/** Who began and ended which operation. */
export const GET = adminRoute(({ person }) =>
  operatorRequest(person, { path: '/api/admin/audit' }),
);
