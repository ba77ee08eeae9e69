import { mintClusterToken, TOKEN_SECONDS } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { currentPerson } from '@/lib/session.ts';

/** A short-lived token for the cluster's nodes; 401 when nobody is signed in. */
export async function GET(): Promise<Response> {
  const headers = { 'cache-control': 'no-store' };
  const person = await currentPerson();
  if (person === null) return Response.json({ code: 'unauthenticated' }, { status: 401, headers });
  const token = await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET);
  return Response.json({ token, expires_in: TOKEN_SECONDS }, { headers });
}
