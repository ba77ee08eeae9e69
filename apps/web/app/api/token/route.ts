import { mintUserToken, USER_TOKEN_SECONDS } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { userRoute } from '@/lib/guarded-route.ts';
import { tokenResponse } from '@/lib/token-response.ts';

/** A token for the person's conversations; 401 when nobody is signed in, or this device was signed out elsewhere. */
export const GET = userRoute(async ({ person }) =>
  tokenResponse(
    person,
    await mintUserToken(person, serverEnv().AUTH_JWT_SECRET),
    USER_TOKEN_SECONDS,
  ),
);
