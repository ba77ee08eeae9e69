/** A token for the nodes from our own server; null when nobody is signed in (any more). */
export async function fetchClusterToken(): Promise<string | null> {
  const response = await fetch('/api/token', { cache: 'no-store' });
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`No token: the web app answered ${response.status}.`);
  const body: unknown = await response.json();
  if (
    typeof body === 'object' &&
    body !== null &&
    'token' in body &&
    typeof body.token === 'string'
  )
    return body.token;
  throw new Error('No token: the web app’s answer is not understood.');
}
