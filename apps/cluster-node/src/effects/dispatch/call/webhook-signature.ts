import { createHmac } from 'node:crypto';

/**
 * Headers of a signed call, as Standard Webhooks 1.0 says. `atMs` is the wall clock of this attempt. With several
 * secrets there are as many signatures, apart by a space: any of them is enough.
 */
export function signatureHeaders(options: {
  readonly id: string;
  /** `whsec_<base64>`, the newest first. */
  readonly secrets: readonly string[];
  readonly body: string;
  readonly atMs: number;
}): Readonly<Record<string, string>> {
  const timestamp = Math.floor(options.atMs / 1000);
  const signatures = options.secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const digest = createHmac('sha256', key)
      .update(`${options.id}.${timestamp}.${options.body}`)
      .digest('base64');
    return `v1,${digest}`;
  });
  return {
    'webhook-id': options.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
