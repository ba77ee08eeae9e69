import 'server-only';
import type * as z from 'zod';
import { type ClusterRequest, type ClusterResult, clusterRequest } from './cluster-api.ts';
import { mintUserToken } from './cluster-token.ts';
import { serverEnv } from './env.ts';
import type { Person } from './session.ts';

/** Asks the cluster with the rights of a person over their own conversations. */
export async function userRequest<S extends z.ZodType>(
  person: Person,
  request: Omit<ClusterRequest, 'as'>,
  schema: S,
): Promise<ClusterResult<z.output<S>>> {
  const token = await mintUserToken(person, serverEnv().AUTH_JWT_SECRET);
  return clusterRequest({ ...request, as: { token } }, schema);
}
