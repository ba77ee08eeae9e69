import { unstable_doesMiddlewareMatch as doesMatch } from 'next/experimental/testing/server';
import { NextRequest } from 'next/server';
import { expect, test } from 'vitest';
import nextConfig from './next.config.ts';
import { config, proxy } from './proxy.ts';

const PATHS = ['/', '/login', '/inbox/1', '/admin', '/api/token', '/api/admin/audit', '/nothing'];

/** What browsers, routers and callers with bad intent send along. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'next-router-prefetch': '1' },
  { purpose: 'prefetch' },
  { 'sec-purpose': 'prefetch' },
  { rsc: '1', 'next-router-prefetch': '1', purpose: 'prefetch' },
  { 'x-middleware-subrequest': 'proxy' },
];

test.each(PATHS)('%s has a policy, whatever the request says', (path) => {
  for (const headers of HEADERS) {
    const url = `http://web${path}`;
    expect(doesMatch({ config, nextConfig, url, headers }), JSON.stringify(headers)).toBe(true);
    const response = proxy(new NextRequest(url, { headers }));
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
  }
});
