import { mintUserToken, USER_TOKEN_SECONDS } from '@/server/cluster/cluster-token.ts';
import { tokenResponse } from '@/server/cluster/token-response.ts';
import { serverEnv } from '@/server/env.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';

/** A token for the user's conversations; 401 without a sign-in, or when this device was signed out elsewhere. */
export const GET = userRoute(async ({ person }) =>
  tokenResponse(
    person,
    await mintUserToken(person, serverEnv().AUTH_JWT_SECRET),
    USER_TOKEN_SECONDS,
  ),
);
