import { operationRequestSchema } from '@fleetlm/protocol';
import { adminRoute } from '@/lib/guarded-route.ts';
import { operatorRequest } from '@/lib/operator-request.ts';

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
