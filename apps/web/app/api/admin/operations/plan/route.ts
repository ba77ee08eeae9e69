import { operationRequestSchema } from '@fleetlm/protocol';
import { operatorRequest } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** What a change of the cluster would do. */
export const POST = adminRoute(async ({ person, json }) => {
  const body = await json(operationRequestSchema);
  return operatorRequest(person, {
    path: '/api/admin/operations/plan',
    method: 'POST',
    body,
    changesNothing: true,
  });
});
