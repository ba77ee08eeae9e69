import 'server-only';
import * as z from 'zod';
import type { Person } from '../../common/person.ts';
import { serverEnv } from '../env.ts';
import { problemResponse } from '../guards/problem-response.ts';
import { type ClusterRequest, clusterRequest } from './cluster-api.ts';
import { mintAdminToken } from './cluster-token.ts';

/** The rights of an operator, by name. */
export function operatorToken(person: Person): Promise<string> {
  return mintAdminToken(person, serverEnv().AUTH_JWT_SECRET);
}

/** Carries an operator's request to the cluster, with the operator's own rights, and its answer back. */
export async function operatorRequest(
  person: Person,
  request: Omit<ClusterRequest, 'as'>,
): Promise<Response> {
  const token = await operatorToken(person);
  const answer = await clusterRequest({ ...request, as: { token } }, z.unknown());
  if (!answer.ok) return problemResponse(answer.problem);
  return Response.json(answer.value, { headers: { 'cache-control': 'no-store' } });
}
