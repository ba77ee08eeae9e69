import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signWebhook } from './sign.ts';
import { SECRET } from './testing/agent-server.ts';
import { verifyWebhook, WebhookVerificationError } from './verify.ts';

const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const NOW_MS = 1_800_000_000_000;

function signed(body: string, secret: string | readonly string[] = SECRET, atMs = NOW_MS) {
  return signWebhook({ secret, id: 's:1', body, atMs });
}

const verify = (options: Partial<Parameters<typeof verifyWebhook>[0]>) =>
  verifyWebhook({ secret: SECRET, headers: signed('{}'), body: '{}', nowMs: NOW_MS, ...options });

describe('a call passes', () => {
  test('that was signed with the secret, whatever the headers and the body come as', () => {
    expect(verify({})).toEqual({ id: 's:1', timestampSeconds: NOW_MS / 1000 });
    verify({ headers: new Headers(signed('{}')) });
    verify({ body: new TextEncoder().encode('{}') });
    verify({ body: 'Grüße 👋', headers: signed('Grüße 👋') });
  });

  test('that was signed as the standard says', () => {
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const digest = createHmac('sha256', key)
      .update(`msg_1.${NOW_MS / 1000}.{}`)
      .digest('base64');
    verify({
      headers: {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(NOW_MS / 1000),
        'webhook-signature': `v1,${digest}`,
      },
    });
  });

  test('while a secret is being rotated, on either side', () => {
    verify({ secret: [OTHER, SECRET] });
    verify({ headers: signed('{}', [OTHER, SECRET]) });
    verify({
      headers: {
        ...signed('{}'),
        'webhook-signature': `v1a,AAAA v1,AAAA ${signed('{}')['webhook-signature']}`,
      },
    });
  });

  test('as long as the clock is within the tolerance, which is five minutes or what one asks for', () => {
    verify({ nowMs: NOW_MS + 300_000 });
    verify({ nowMs: NOW_MS - 300_000 });
    verify({ nowMs: NOW_MS + 900_000, toleranceSeconds: 900 });
  });
});

describe('a call is refused', () => {
  test.each([
    ['a changed body', { body: '{"a":1}' }, 'no signature'],
    ['another secret', { headers: signed('{}', OTHER) }, 'no signature'],
    ['a changed id', { headers: { ...signed('{}'), 'webhook-id': 's:2' } }, 'no signature'],
    ['an old call played again', { nowMs: NOW_MS + 301_000 }, '301 s behind'],
    ['a call from the future', { nowMs: NOW_MS - 301_000 }, '301 s ahead'],
    ['a tighter tolerance', { nowMs: NOW_MS + 11_000, toleranceSeconds: 10 }, '10 s are allowed'],
    [
      'no signature',
      { headers: { ...signed('{}'), 'webhook-signature': '' } },
      'webhook-signature is missing',
    ],
    [
      'no timestamp',
      { headers: { ...signed('{}'), 'webhook-timestamp': undefined } },
      'webhook-timestamp is missing',
    ],
    [
      'a timestamp that is no number',
      { headers: { ...signed('{}'), 'webhook-timestamp': '1e9' } },
      'whole number',
    ],
    [
      'a signature of another kind',
      { headers: { ...signed('{}'), 'webhook-signature': 'v1a,AAAA' } },
      'no signature',
    ],
  ])('%s', (_, options, reason) => {
    expect(() => verify(options)).toThrow(WebhookVerificationError);
    expect(() => verify(options)).toThrow(reason);
  });
});

test.each([
  ['no prefix', 'abc', 'whsec_'],
  ['too short', 'whsec_AAAA', 'at least 24 bytes'],
  ['none at all', [], 'no webhook secret'],
])(
  "a secret of one's own that is none (%s) is distinguished from a forged call",
  (_, secret, reason) => {
    expect(() => verify({ secret })).toThrow(TypeError);
    expect(() => verify({ secret })).toThrow(reason);
  },
);
