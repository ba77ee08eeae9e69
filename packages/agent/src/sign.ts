import { createHmac } from 'node:crypto';
import { secretKeys } from './verify.ts';

/**
 * The headers that FleetLM signs a call with (Standard Webhooks 1.0): for tests of an agent. `secret` may be
 * several while one is being rotated: then there are as many signatures. Throws a TypeError for no secret.
 *
 * @example
 * const body = JSON.stringify(call);
 * const headers = signWebhook({ secret: 'whsec_...', id: `${sessionId}:1`, body });
 * await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
 */
export function signWebhook(options: {
  readonly secret: string | readonly string[];
  /** `<session_id>:<epoch>`. */
  readonly id: string;
  readonly body: string | Uint8Array;
  /** Unix milliseconds; the clock when it is left out. */
  readonly atMs?: number;
}): {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
} {
  const timestamp = String(Math.floor((options.atMs ?? Date.now()) / 1000));
  const signatures = secretKeys(options.secret).map((key) => {
    const digest = createHmac('sha256', key)
      .update(`${options.id}.${timestamp}.`)
      .update(options.body)
      .digest('base64');
    return `v1,${digest}`;
  });
  return {
    'webhook-id': options.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
