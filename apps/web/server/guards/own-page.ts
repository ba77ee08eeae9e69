import 'server-only';
/**
 * Whether a request that changes something comes from a page of ours. Browsers say so themselves; one that does not has to
 * send JSON, which a foreign page can't without our consent (CORS).
 */
export function isOwnPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  return request.headers.get('content-type')?.startsWith('application/json') === true;
}
