import { operationRequestSchema } from '@fleetlm/protocol';
import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** Begins a change of the cluster. */
export const POST = adminRoute(async ({ person, json }) => {
  const body = await json(operationRequestSchema);
  return operatorRequest(person, { path: '/api/admin/operations', method: 'POST', body });
});
