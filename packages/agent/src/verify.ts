import { createHmac, timingSafeEqual } from 'node:crypto';

/** Headers of a webhook by lower-case name, as Node or a web `Headers` object has them. */
export type WebhookHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Why a call was not signed by the cluster that it claims to come from. */
export class WebhookVerificationError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'WebhookVerificationError';
  }
}

const TOLERANCE_SECONDS = 5 * 60;

/**
 * Checks a call as Standard Webhooks 1.0 says: HMAC-SHA256 over `id.timestamp.body`, compared in constant
 * time, not older or newer than five minutes. `body` is the raw text, byte for byte. Throws
 * WebhookVerificationError.
 */
export function verifyWebhook(options: {
  /** `whsec_<base64>`; several while a secret is being rotated. */
  readonly secret: string | readonly string[];
  readonly headers: WebhookHeaders;
  readonly body: string;
  /** Unix milliseconds; the clock when it is left out. */
  readonly nowMs?: number;
}): void {
  const id = header(options.headers, 'webhook-id');
  const timestamp = header(options.headers, 'webhook-timestamp');
  const signatures = header(options.headers, 'webhook-signature');
  const seconds = Number(timestamp);
  if (!Number.isInteger(seconds)) {
    throw new WebhookVerificationError('webhook-timestamp is not a whole number of seconds');
  }
  const nowSeconds = (options.nowMs ?? Date.now()) / 1000;
  if (Math.abs(nowSeconds - seconds) > TOLERANCE_SECONDS) {
    throw new WebhookVerificationError('webhook-timestamp is more than five minutes away from now');
  }
  const secrets = typeof options.secret === 'string' ? [options.secret] : options.secret;
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
  const signed = `${id}.${timestamp}.${options.body}`;
  const matches = secrets.some((secret) => {
    const expected = createHmac('sha256', keyOf(secret)).update(signed).digest();
    return given.some(
      (signature) => signature.length === expected.length && timingSafeEqual(signature, expected),
    );
  });
  if (!matches) throw new WebhookVerificationError('no signature of the body matches the secret');
}

function keyOf(secret: string): Buffer {
  if (!secret.startsWith('whsec_')) {
    throw new WebhookVerificationError('the secret does not start with whsec_');
  }
  return Buffer.from(secret.slice('whsec_'.length), 'base64');
}

function header(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`the header ${name} is missing`);
}
