/**
 * Whether a request that changes something was sent by a page of this app. Browsers say where a request comes from
 * in a header that pages cannot set, and only JSON makes them ask before sending to another origin: a form of another
 * site can do neither.
 */
export function isFromThisApp({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  const isJson = headers.get('content-type')?.startsWith('application/json') === true;
  return isJson && (site === null || site === 'same-origin');
}
