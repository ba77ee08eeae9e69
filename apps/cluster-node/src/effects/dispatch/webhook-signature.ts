import { createHmac } from 'node:crypto';

/** Headers of a signed call, as Standard Webhooks 1.0 says. `atMs` is the wall clock of this attempt. */
export function signatureHeaders(options: {
  readonly id: string;
  /** `whsec_<base64>`. */
  readonly secret: string;
  readonly body: string;
  readonly atMs: number;
}): Readonly<Record<string, string>> {
  const timestamp = Math.floor(options.atMs / 1000);
  const key = Buffer.from(options.secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${options.id}.${timestamp}.${options.body}`)
    .digest('base64');
  return {
    'webhook-id': options.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
