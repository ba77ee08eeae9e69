import * as z from 'zod/mini';
import { RequestError, request } from './request.ts';

const tokenSchema = z.object({ token: z.string(), user_id: z.string() });

/**
 * A token for the nodes from our own server; null when this user is not signed in (any more). Another user may be, from
 * another tab: with their token the first one's unsent messages would go out under the wrong name.
 */
export function fetchClusterToken(userId: string): Promise<string | null> {
  return fetchToken('/api/token', userId);
}

/** A token for the cluster's live state; null also when the person is no admin (any more). */
export function fetchAdminToken(userId: string): Promise<string | null> {
  return fetchToken('/api/admin/token', userId);
}

async function fetchToken(path: string, userId: string): Promise<string | null> {
  try {
    const { token, user_id } = await request(path, tokenSchema);
    return user_id === userId ? token : null;
  } catch (error) {
    if (error instanceof RequestError && (error.status === 401 || error.status === 403))
      return null;
    throw error;
  }
}
