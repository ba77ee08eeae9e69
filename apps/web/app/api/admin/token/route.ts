import { ADMIN_TOKEN_SECONDS, mintAdminToken } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { adminRoute } from '@/lib/guarded-route.ts';
import { tokenResponse } from '@/lib/token-response.ts';

/** A token for the cluster's live state. It ends soon, since a node does not learn that its role was taken away. */
export const GET = adminRoute(async ({ person }) =>
  tokenResponse(
    person,
    await mintAdminToken(person, serverEnv().AUTH_JWT_SECRET),
    ADMIN_TOKEN_SECONDS,
  ),
);
