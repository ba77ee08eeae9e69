import 'server-only';
import type * as z from 'zod';
import type { Outcome } from '../../common/outcome.ts';
import type { Person } from '../../common/person.ts';
import { serverEnv } from '../env.ts';
import { type ClusterRequest, clusterRequest } from './cluster-api.ts';
import { mintUserToken } from './cluster-token.ts';

/** The rights of a person over their own conversations. */
export function userToken(person: Person): Promise<string> {
  return mintUserToken(person, serverEnv().AUTH_JWT_SECRET);
}

/** Asks the cluster with the rights of a person over their own conversations. */
export async function userRequest<S extends z.ZodType>(
  person: Person,
  request: Omit<ClusterRequest, 'as'>,
  schema: S,
): Promise<Outcome<z.output<S>>> {
  const token = await userToken(person);
  return clusterRequest({ ...request, as: { token } }, schema);
}
