import { mintClusterToken, TOKEN_SECONDS } from '@/lib/cluster-token.ts';
import { sessionGuard } from '@/lib/devices.ts';
import { serverEnv } from '@/lib/env.ts';
import { currentSignIn } from '@/lib/session.ts';
import { forgetCookies } from '@/lib/sign-in.ts';

const NOT_STORED = { 'cache-control': 'no-store' };

/** A short-lived token for the cluster's nodes; 401 when nobody is signed in, or this device was signed out elsewhere. */
export async function GET(): Promise<Response> {
  const signIn = await currentSignIn();
  if (signIn === null) return refused();
  if ((await sessionGuard.check(signIn.sessionId)) === 'revoked') {
    await forgetCookies();
    return refused();
  }
  const { person } = signIn;
  const token = await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET);
  const body = { token, user_id: person.id, expires_in: TOKEN_SECONDS };
  return Response.json(body, { headers: NOT_STORED });
}

function refused(): Response {
  return Response.json({ code: 'unauthenticated' }, { status: 401, headers: NOT_STORED });
}
