import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

/** Writes what is not in Postgres yet, now. */
export const POST = adminRoute(({ person }) =>
  operatorRequest(person, { path: '/api/admin/flush', method: 'POST' }),
);
