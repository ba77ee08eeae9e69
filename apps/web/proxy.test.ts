import { unstable_doesMiddlewareMatch as doesMatch } from 'next/experimental/testing/server';
import { NextRequest } from 'next/server';
import { afterEach, expect, test, vi } from 'vitest';
import nextConfig from './next.config.ts';
import { config, proxy } from './proxy.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

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

test.each([
  ['chat.example', 'chat.example:8443'],
  ['chat.example:8443', 'chat.example:8443'],
  ['other.example', 'other.example'],
  ['chat.example:1', 'chat.example:1'],
])('a reverse proxy that says %s is read as %s', (forwarded, read) => {
  vi.stubEnv('BETTER_AUTH_URL', 'https://chat.example:8443');
  const request = new NextRequest('http://web/login', {
    headers: { 'x-forwarded-host': forwarded },
  });
  const response = proxy(request);
  expect(response.headers.get('x-middleware-request-x-forwarded-host')).toBe(read);
});

test('without BETTER_AUTH_URL what a reverse proxy says stays as it is', () => {
  vi.stubEnv('BETTER_AUTH_URL', undefined);
  const headers = { 'x-forwarded-host': 'chat.example' };
  const response = proxy(new NextRequest('http://web/login', { headers }));
  expect(response.headers.get('x-middleware-request-x-forwarded-host')).toBe('chat.example');
});
