import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from './verify.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NOW_MS = 1_800_000_000_000;

function signed(body: string, secret = SECRET, atSeconds = NOW_MS / 1000) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`s:1.${atSeconds}.${body}`).digest('base64');
  return {
    'webhook-id': 's:1',
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': `v1,${signature}`,
  };
}

test('a call that was signed with the secret passes', () => {
  verifyWebhook({ secret: SECRET, headers: signed('{}'), body: '{}', nowMs: NOW_MS });
  verifyWebhook({ secret: SECRET, headers: new Headers(signed('{}')), body: '{}', nowMs: NOW_MS });
});

test('while a secret is rotated either one passes', () => {
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  verifyWebhook({ secret: [other, SECRET], headers: signed('x'), body: 'x', nowMs: NOW_MS });
});

test.each([
  ['a changed body', signed('{}'), '{"a":1}', NOW_MS],
  ['another secret', signed('{}', `whsec_${Buffer.alloc(32, 9).toString('base64')}`), '{}', NOW_MS],
  ['an old call played again', signed('{}'), '{}', NOW_MS + 301_000],
  ['a call from the future', signed('{}'), '{}', NOW_MS - 301_000],
  ['no signature', { ...signed('{}'), 'webhook-signature': '' }, '{}', NOW_MS],
  [
    'a signature of another kind',
    { ...signed('{}'), 'webhook-signature': 'v1a,AAAA' },
    '{}',
    NOW_MS,
  ],
])('%s is refused', (_, headers, body, nowMs) => {
  expect(() => verifyWebhook({ secret: SECRET, headers, body, nowMs })).toThrow(
    WebhookVerificationError,
  );
});
