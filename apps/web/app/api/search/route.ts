import * as z from 'zod';
import { clusterRequest } from '@/lib/cluster-api.ts';
import { mintClusterToken } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { problemResponse, UNAUTHENTICATED } from '@/lib/problem-response.ts';
import { currentPerson } from '@/lib/session.ts';

/** Messages of the signed-in person's conversations that hold a text. */
export async function GET(request: Request): Promise<Response> {
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  const q = new URL(request.url).searchParams.get('q') ?? '';
  const as = { token: await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET) };
  const path = `/api/search?q=${encodeURIComponent(q)}`;
  const found = await clusterRequest({ path, as }, z.object({ results: z.array(z.unknown()) }));
  if (!found.ok) return problemResponse(found.problem);
  return Response.json(found.value, { headers: { 'cache-control': 'no-store' } });
}
