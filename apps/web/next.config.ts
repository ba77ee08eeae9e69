import { join } from 'node:path';
import type { NextConfig } from 'next';
import { ACTION_BODY_BYTES_MAX } from './common/limits.ts';
import { OWN_FILES_ONLY } from './content-security-policy.ts';

const repositoryRoot = join(import.meta.dirname, '../..');

const SECURITY_HEADERS = [
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'x-frame-options', value: 'DENY' },
  { key: 'referrer-policy', value: 'same-origin' },
  {
    key: 'permissions-policy',
    value: 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
  },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'strict-transport-security', value: 'max-age=31536000' },
];

/** What the proxy leaves out. */
const FILES = [
  '/_next/static/:path*',
  '/_next/image',
  '/icon.svg',
  '/apple-icon.png',
  '/opengraph-image.png',
];

/** The artefact carries its own server (`npm run dist`); `next start` needs none, and warns where it finds one. */
const output = process.env.WEB_OUTPUT === 'standalone' ? { output: 'standalone' as const } : {};

const config: NextConfig = {
  ...output,
  turbopack: { root: repositoryRoot },
  outputFileTracingRoot: repositoryRoot,
  poweredByHeader: false,
  headers: () =>
    Promise.resolve([
      { source: '/:path*', headers: SECURITY_HEADERS },
      ...FILES.map((source) => ({
        source,
        headers: [{ key: 'content-security-policy', value: OWN_FILES_ONLY }],
      })),
    ]),
  experimental: { serverActions: { bodySizeLimit: ACTION_BODY_BYTES_MAX } },
};

export default config;
