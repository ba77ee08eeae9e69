import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

/** Ends an operation before it is done. */
export const POST = adminRoute(({ person, param }) => {
  const path = `/api/admin/operations/${encodeURIComponent(param('id'))}/cancel`;
  return operatorRequest(person, { path, method: 'POST' });
});
