import 'server-only';
import * as z from 'zod';
import { type ClusterRequest, clusterRequest } from './cluster-api.ts';
import { mintClusterToken } from './cluster-token.ts';
import { serverEnv } from './env.ts';
import { problemResponse, UNAUTHENTICATED } from './problem-response.ts';
import { currentPerson, type Person } from './session.ts';

const FORBIDDEN = {
  status: 403,
  code: 'forbidden',
  detail: 'This is for operators.',
  errors: [],
} as const;

/** Carries an operator's request to the cluster, with the operator's own rights, and its answer back. */
export async function operatorRequest(request: Omit<ClusterRequest, 'as'>): Promise<Response> {
  return withAdmin(async (person) => {
    const token = await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET);
    const answer = await clusterRequest({ ...request, as: { token } }, z.unknown());
    if (!answer.ok) return problemResponse(answer.problem);
    return Response.json(answer.value, { headers: { 'cache-control': 'no-store' } });
  });
}

/** Answers 401 or 403 to whoever is no admin. */
export async function withAdmin(answer: (person: Person) => Promise<Response>): Promise<Response> {
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  if (person.role !== 'admin') return problemResponse(FORBIDDEN);
  return answer(person);
}
