/**
 * A token for the nodes from our own server; null when this person is not signed in (any more). Somebody else may be, from
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
  const response = await fetch(path, { cache: 'no-store' });
  if (response.status === 401 || response.status === 403) return null;
  if (!response.ok) throw new Error(`No token: the web app answered ${response.status}.`);
  const body: unknown = await response.json();
  if (
    typeof body === 'object' &&
    body !== null &&
    'token' in body &&
    typeof body.token === 'string' &&
    'user_id' in body
  )
    return body.user_id === userId ? body.token : null;
  throw new Error('No token: the web app’s answer is not understood.');
}
