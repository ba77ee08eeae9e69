import { operationRequestSchema } from '@fleetlm/protocol';
import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

/** Begins a change of the cluster. */
export const POST = adminRoute(async ({ person, json }) => {
  const body = await json(operationRequestSchema);
  return operatorRequest(person, { path: '/api/admin/operations', method: 'POST', body });
});
