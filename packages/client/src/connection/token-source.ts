/**
 * Gives a token for the cluster: null when no user is signed in; rejects when that can't be found out now.
 */
export type TokenProvider = () => Promise<string | null>;

export type TokenAnswer =
  | { readonly status: 'ready'; readonly token: string }
  | { readonly status: 'signed_out' }
  | { readonly status: 'unreachable'; readonly error: Error };

/** A token is renewed when less than this is left of it. */
const RENEW_BEFORE_MS = 60_000;

/**
 * Keeps the token until it is about to expire, so that a reconnect costs no request. When the provider can't be
 * reached a token that is still valid goes on being used.
 */
export class TokenSource {
  #provider: TokenProvider;
  #token: string | null = null;
  #pending: Promise<TokenAnswer> | null = null;

  constructor(provider: TokenProvider) {
    this.#provider = provider;
  }

  get(nowMs: number): Promise<TokenAnswer> {
    if (this.#token !== null && expiresAtMs(this.#token) - nowMs > RENEW_BEFORE_MS) {
      return Promise.resolve({ status: 'ready', token: this.#token });
    }
    this.#pending ??= this.#fetch(nowMs).finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  /** The cluster refused the token: ask for a new one next time. */
  forget(): void {
    this.#token = null;
  }

  async #fetch(nowMs: number): Promise<TokenAnswer> {
    try {
      const token = await this.#provider();
      this.#token = token;
      return token === null ? { status: 'signed_out' } : { status: 'ready', token };
    } catch (cause) {
      if (this.#token !== null && expiresAtMs(this.#token) > nowMs)
        return { status: 'ready', token: this.#token };
      return {
        status: 'unreachable',
        error: cause instanceof Error ? cause : new Error(String(cause)),
      };
    }
  }
}

/** The `exp` of a JWT in Unix milliseconds; an opaque token (an API key) never expires. */
export function expiresAtMs(token: string): number {
  const payload = token.split('.')[1];
  if (payload === undefined) return Number.POSITIVE_INFINITY;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (
      typeof claims === 'object' &&
      claims !== null &&
      'exp' in claims &&
      typeof claims.exp === 'number'
    )
      return claims.exp * 1_000;
  } catch {
    // Not a JWT after all: the node decides whether it is worth anything.
  }
  return Number.POSITIVE_INFINITY;
}
