/**
 * A token for the nodes from our own server; null when this person is not signed in (any more). Somebody else may be, from
 * another tab: with their token the first one's unsent messages would go out under the wrong name.
 */
export async function fetchClusterToken(userId: string): Promise<string | null> {
  const response = await fetch('/api/token', { cache: 'no-store' });
  if (response.status === 401) return null;
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
