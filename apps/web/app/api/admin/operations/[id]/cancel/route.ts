import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** Ends an operation before it is done. */
export const POST = adminRoute(({ person, param }) => {
  const path = `/api/admin/operations/${encodeURIComponent(param('id'))}/cancel`;
  return operatorRequest(person, { path, method: 'POST' });
});
