import { ADMIN_TOKEN_SECONDS, mintAdminToken } from '@/server/cluster/cluster-token.ts';
import { tokenResponse } from '@/server/cluster/token-response.ts';
import { serverEnv } from '@/server/env.ts';
import { adminRoute } from '@/server/guards/guarded-route.ts';

/** A token for the cluster's live state. It ends soon, since a node does not learn that its role was taken away. */
export const GET = adminRoute(async ({ person }) =>
  tokenResponse(
    person,
    await mintAdminToken(person, serverEnv().AUTH_JWT_SECRET),
    ADMIN_TOKEN_SECONDS,
  ),
);
