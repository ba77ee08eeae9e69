import { type AgentSecret, checkSecret } from './admit-call.ts';
import { verifyWebhook, WebhookVerificationError } from './verify.ts';

/**
 * Puts the check of the signature before a web handler that knows nothing of it, an AI SDK route handler for
 * example: what is not signed is refused with 401. `secret: null` lets everything through. Throws a TypeError
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
    const body = new Uint8Array(await request.arrayBuffer());
    try {
      verifyWebhook({ secret: known, headers: request.headers, body });
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      return new Response(`${error.message}\n`, { status: 401, headers });
    }
    const { url, method, headers, signal } = request;
    return handler(new Request(url, { method, headers, body, signal }));
  };
}
