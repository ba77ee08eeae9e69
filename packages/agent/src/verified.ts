import { readBoundedStream } from '@fleetlm/protocol/plain';
import { type AgentSecret, checkSecret } from './admit-call.ts';
import { refusal } from './agent.ts';
import { BODY_BOUNDS, bodyRefusal } from './node.ts';
import { verifyWebhook, WebhookVerificationError } from './verify.ts';

/**
 * Puts the check of the signature before a web handler that knows nothing of it, an AI SDK route handler for
 * example: what is not signed is refused with 401, a body over 32 MiB with 413. `secret: null` lets everything through. Throws a TypeError
 * at once for a secret that is missing or none.
 */
export function verified(
  secret: AgentSecret | undefined,
  handler: (request: Request) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  checkSecret(secret);
  return async (request) => {
    const known = secret ?? null;
    if (known === null) return handler(request);
    // The bytes as they came: parsing and writing them again would change what was signed.
    let body: Uint8Array<ArrayBuffer>;
    try {
      body = new Uint8Array(await readBoundedStream(request, BODY_BOUNDS));
      verifyWebhook({ secret: known, headers: request.headers, body });
    } catch (error) {
      if (error instanceof WebhookVerificationError) return refusal(401, error.message);
      const refused = bodyRefusal(error);
      if (refused === null) throw error;
      return refusal(refused.status, refused.detail);
    }
    const { url, method, headers, signal } = request;
    return handler(new Request(url, { method, headers, body, signal }));
  };
}
