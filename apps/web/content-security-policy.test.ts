import { expect, test } from 'vitest';
import { contentSecurityPolicy } from './content-security-policy.ts';

test('only scripts with the nonce run, and only the nodes may be connected to', () => {
  const policy = contentSecurityPolicy(
    'abc',
    ['http://127.0.0.1:4001', 'https://n2.example.com/'],
    false,
  );
  expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
  expect(policy).toContain(
    "connect-src 'self' http://127.0.0.1:4001 ws://127.0.0.1:4001 https://n2.example.com wss://n2.example.com;",
  );
  expect(policy).toContain(
    "img-src 'self' data: blob: http://127.0.0.1:4001 https://n2.example.com;",
  );
  expect(policy).toContain("worker-src 'self';");
  expect(policy).not.toContain('unsafe-eval');
});
