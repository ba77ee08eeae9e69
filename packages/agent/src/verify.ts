import { createHmac, timingSafeEqual } from 'node:crypto';
import { WEBHOOK_SECRET_BYTES_MIN } from '@fleetlm/protocol/plain';

/** Headers of a webhook by lower-case name, as Node or a web `Headers` object has them. */
export type WebhookHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Why a call was not signed by the cluster that it claims to come from. Answer it with 401. */
export class WebhookVerificationError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'WebhookVerificationError';
  }
}

/** How far `webhook-timestamp` may be from now, as the reference libraries of Standard Webhooks have it. */
export const TOLERANCE_SECONDS_DEFAULT = 5 * 60;

/** More signatures than this are not compared: no owner rotates through so many secrets at once. */
export const SIGNATURES_MAX = 16;

/** A call, and what it is checked with. */
export interface VerifyOptions {
  /** `whsec_<base64>`; several while a secret is being rotated. */
  readonly secret: string | readonly string[];
  readonly headers: WebhookHeaders;
  /** The raw body, byte for byte: parsing it and writing it again would change it. */
  readonly body: string | Uint8Array;
  /** Unix milliseconds; the clock when it is left out. */
  readonly nowMs?: number;
  /** 300 when it is left out. */
  readonly toleranceSeconds?: number;
}

/** What the signature vouches for. */
export interface VerifiedWebhook {
  /** `<session_id>:<epoch>`, the same on every attempt: the key to recognise a repeated call by. */
  readonly id: string;
  readonly timestampSeconds: number;
}

/**
 * Checks a call as Standard Webhooks 1.0 says: HMAC-SHA256 over `id.timestamp.body`, compared in constant
 * time, not further than the tolerance from now, any of the signatures under any of the secrets. Throws
 * WebhookVerificationError; a TypeError when a secret of your own is not one.
 *
 * @example
 * const { id } = verifyWebhook({ secret: 'whsec_...', headers: request.headers, body: rawBody });
 * if (await hasAnswered(id)) return; // the same `<session_id>:<epoch>` is another attempt of one run
 */
export function verifyWebhook(options: VerifyOptions): VerifiedWebhook {
  const keys = secretKeys(options.secret);
  const id = header(options.headers, 'webhook-id');
  const timestamp = header(options.headers, 'webhook-timestamp');
  const signatures = signaturesOf(header(options.headers, 'webhook-signature'));
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError('webhook-timestamp is not a whole number of seconds');
  }
  const timestampSeconds = Number(timestamp);
  const tolerance = options.toleranceSeconds ?? TOLERANCE_SECONDS_DEFAULT;
  const aheadSeconds = timestampSeconds - (options.nowMs ?? Date.now()) / 1000;
  if (Math.abs(aheadSeconds) > tolerance) {
    const direction = aheadSeconds > 0 ? 'ahead of' : 'behind';
    throw new WebhookVerificationError(
      `webhook-timestamp is ${Math.round(Math.abs(aheadSeconds))} s ${direction} this machine's clock; ${tolerance} s are allowed`,
    );
  }
  const expected = keys.map((key) =>
    createHmac('sha256', key).update(`${id}.${timestamp}.`).update(options.body).digest(),
  );
  // Every pair is compared, so that the time says nothing about which one matched.
  let matches = false;
  for (const digest of expected) {
    for (const signature of signatures) {
      const same = signature.length === digest.length && timingSafeEqual(signature, digest);
      matches ||= same;
    }
  }
  if (!matches) throw new WebhookVerificationError('no signature of the body matches the secret');
  return { id, timestampSeconds };
}

/**
 * The keys of these secrets. Throws a TypeError that says what is wrong with the first that is none; call it
 * at the start, so that a wrong configuration does not look like a forged call.
 */
export function secretKeys(secret: string | readonly string[]): readonly Buffer[] {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (secrets.length === 0) throw new TypeError('there is no webhook secret');
  return secrets.map((one) => {
    if (!one.startsWith('whsec_')) {
      throw new TypeError('a webhook secret starts with "whsec_"');
    }
    const key = Buffer.from(one.slice('whsec_'.length), 'base64');
    if (key.length < WEBHOOK_SECRET_BYTES_MIN) {
      throw new TypeError(
        `a webhook secret has at least ${WEBHOOK_SECRET_BYTES_MIN} bytes after "whsec_", in base64; this one has ${key.length}`,
      );
    }
    return key;
  });
}

/** Only `v1`: signatures of other kinds are not for this secret. */
function signaturesOf(list: string): readonly Buffer[] {
  return list
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .slice(0, SIGNATURES_MAX)
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
}

function header(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`the header ${name} is missing`);
}
