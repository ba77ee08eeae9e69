import { exportOtherQuerySchema } from '@fleetlm/protocol';
import { userExport } from '@/server/cluster/export.ts';
import { operatorToken } from '@/server/cluster/operator-request.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** Everything of a user, for an operator, whose name goes on record. */
export const GET = adminRoute(async ({ person, query }) => {
  const { user_id, format } = query(exportOtherQuerySchema);
  return userExport(user_id, format, await operatorToken(person));
});
