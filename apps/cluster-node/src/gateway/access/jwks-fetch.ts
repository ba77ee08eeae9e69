import type { FetchImplementation } from 'jose';
import { JWKS_BYTES_MAX, JWKS_RETRY_MS, JWKS_STALE_MS_MAX } from '../limits.ts';

/** The public keys of the tokens' issuer cannot be had, and none are kept that are young enough. */
export class KeysUnavailableError extends Error {
  constructor(cause: unknown) {
    super('the public keys of the token issuer are unavailable', { cause });
    this.name = 'KeysUnavailableError';
  }
}

/**
 * Fetches a key set of at most JWKS_BYTES_MAX bytes. While the issuer is unreachable, the set that was fetched last
 * stays good for JWKS_STALE_MS_MAX, and the issuer is asked at most once per JWKS_RETRY_MS, however many tokens
 * there are to verify.
 */
export function createJwksFetch(
  nowMs: () => number,
  fetchImplementation: FetchImplementation = fetch,
): FetchImplementation {
  let last: { readonly text: string; readonly atMs: number } | null = null;
  let failed: { readonly cause: unknown; readonly untilMs: number } | null = null;
  const unavailable = (cause: unknown): Response => {
    if (last !== null && nowMs() - last.atMs < JWKS_STALE_MS_MAX) return new Response(last.text);
    throw new KeysUnavailableError(cause);
  };
  return async (url, options) => {
    if (failed !== null && nowMs() < failed.untilMs) return unavailable(failed.cause);
    try {
      const response = await fetchImplementation(url, options);
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`the key set was answered with ${response.status}`);
      }
      const text = await boundedText(response);
      if (!isKeySet(text)) throw new Error('the answer is not a key set');
      last = { text, atMs: nowMs() };
      failed = null;
      return new Response(text);
    } catch (cause) {
      failed = { cause, untilMs: nowMs() + JWKS_RETRY_MS };
      return unavailable(cause);
    }
  };
}

async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > JWKS_BYTES_MAX)
      throw new Error(`the key set has more than ${JWKS_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isKeySet(text: string): boolean {
  const value: unknown = JSON.parse(text);
  return (
    typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
  );
}
