import { type NextRequest, NextResponse } from 'next/server';
import { contentSecurityPolicy, NOTHING_RUNS } from './content-security-policy.ts';

/**
 * Gives every response its policy, and every page its nonce. Nothing that a request says takes it away. Who may see a page is
 * decided in the page, where the session is read.
 */
export function proxy(request: NextRequest): NextResponse {
  if (request.nextUrl.pathname.startsWith('/api/')) {
    const response = NextResponse.next();
    response.headers.set('content-security-policy', NOTHING_RUNS);
    return response;
  }
  const nonce = btoa(crypto.randomUUID());
  const nodeUrls = (process.env.NODE_URLS ?? '').split(',').filter((url) => url !== '');
  const policy = contentSecurityPolicy(nonce, nodeUrls, process.env.NODE_ENV === 'development');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  const host = publicHost(request.headers.get('x-forwarded-host'));
  if (host !== null) headers.set('x-forwarded-host', host);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

/**
 * Next refuses an action whose `Origin` has another host than `x-forwarded-host`, and many reverse proxies leave the port out of that one.
 * Where it names the host of `BETTER_AUTH_URL`, that is the whole of it; null: it is taken as it is.
 */
function publicHost(forwarded: string | null): string | null {
  const url = process.env.BETTER_AUTH_URL;
  if (forwarded === null || url === undefined || !URL.canParse(url)) return null;
  const { host, hostname } = new URL(url);
  return forwarded === hostname ? host : null;
}

/** Everything but files, whose policy is in the configuration of Next. */
export const config = {
  matcher: ['/((?!_next/static/|_next/image|icon.svg$|apple-icon.png$|opengraph-image.png$).*)'],
};
