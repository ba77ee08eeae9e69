import { createHash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

/** Who is asking. */
export type Identity =
  | { readonly type: 'api-key' }
  | {
      readonly type: 'user';
      readonly userId: string;
      readonly role: 'user' | 'admin';
      /** Unix milliseconds; null: the token says nothing. */
      readonly expiresAtMs: number | null;
    };

/** The token is no good; `message` is for the caller's eyes. */
export class UnauthenticatedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnauthenticatedError';
  }
}

export interface IdentitySettings {
  readonly jwtSecret: string | null;
  readonly jwksUrl: string | null;
  readonly apiKey: string | null;
  readonly wallClockMs: () => number;
}

/** Verified tokens that are remembered, so that a client's next request costs no signature. */
const VERIFIED_MAX = 10_000;
const VERIFIED_FOR_MS = 60_000;
const TOKEN_LENGTH_MAX = 8192;
const USER_ID_LENGTH_MAX = 128;

interface Verified {
  readonly identity: Identity;
  readonly untilMs: number;
}

/** Tells who presents a token: a JWT (HS256 or from a JWKS), or the API key. */
export class IdentityVerifier {
  readonly #settings: IdentitySettings;
  readonly #secret: Uint8Array | null;
  readonly #keys: ReturnType<typeof createRemoteJWKSet> | null;
  readonly #apiKeyHash: Buffer | null;
  readonly #verified = new Map<string, Verified>();

  constructor(settings: IdentitySettings) {
    this.#settings = settings;
    this.#secret =
      settings.jwtSecret === null ? null : new TextEncoder().encode(settings.jwtSecret);
    this.#keys = settings.jwksUrl === null ? null : createRemoteJWKSet(new URL(settings.jwksUrl));
    this.#apiKeyHash = settings.apiKey === null ? null : sha256(settings.apiKey);
  }

  /** Of an `Authorization` header. Rejects with an UnauthenticatedError. */
  verifyHeader(header: string | undefined): Promise<Identity> {
    const token = /^Bearer +([^\s]+) *$/i.exec(header ?? '')?.[1];
    return token === undefined
      ? Promise.reject(
          new UnauthenticatedError('an Authorization header with a bearer token is required'),
        )
      : this.verify(token);
  }

  /** Rejects with an UnauthenticatedError. */
  async verify(token: unknown): Promise<Identity> {
    if (typeof token !== 'string' || token === '' || token.length > TOKEN_LENGTH_MAX)
      throw new UnauthenticatedError('a bearer token is required');
    if (this.#isApiKey(token)) return { type: 'api-key' };
    const nowMs = this.#settings.wallClockMs();
    const known = this.#verified.get(token);
    if (known !== undefined && nowMs < known.untilMs) return known.identity;
    const identity = identityOf(await this.#payloadOf(token));
    this.#remember(token, identity, nowMs);
    return identity;
  }

  /** In time that does not depend on where the key differs: hashes of equal length are compared. */
  #isApiKey(token: string): boolean {
    return this.#apiKeyHash !== null && timingSafeEqual(sha256(token), this.#apiKeyHash);
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    const currentDate = new Date(this.#settings.wallClockMs());
    try {
      if (this.#secret !== null && (this.#keys === null || isHs256(token)))
        return (await jwtVerify(token, this.#secret, { algorithms: ['HS256'], currentDate }))
          .payload;
      if (this.#keys !== null)
        return (
          await jwtVerify(token, this.#keys, {
            algorithms: ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'],
            currentDate,
          })
        ).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new UnauthenticatedError('the token is expired');
      throw new UnauthenticatedError('the token is not valid');
    }
    throw new UnauthenticatedError('the token is not valid');
  }

  #remember(token: string, identity: Identity, nowMs: number): void {
    if (this.#verified.size >= VERIFIED_MAX) {
      const oldest = this.#verified.keys().next();
      if (oldest.done !== true) this.#verified.delete(oldest.value);
    }
    const expiresAtMs = identity.type === 'user' ? identity.expiresAtMs : null;
    const untilMs = Math.min(nowMs + VERIFIED_FOR_MS, expiresAtMs ?? Number.POSITIVE_INFINITY);
    this.#verified.set(token, { identity, untilMs });
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isHs256(token: string): boolean {
  try {
    const header: unknown = JSON.parse(
      Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString(),
    );
    return (
      typeof header === 'object' && header !== null && 'alg' in header && header.alg === 'HS256'
    );
  } catch {
    // Not a JWT: verification says so.
    return false;
  }
}

function identityOf(payload: JWTPayload): Identity {
  const { sub, exp, role } = payload;
  if (typeof sub !== 'string' || sub === '' || sub.length > USER_ID_LENGTH_MAX)
    throw new UnauthenticatedError('the token names no user (`sub`)');
  if (role !== undefined && role !== 'user' && role !== 'admin')
    throw new UnauthenticatedError('the token has an unknown `role`');
  return {
    type: 'user',
    userId: sub,
    role: role ?? 'user',
    expiresAtMs: exp === undefined ? null : exp * 1000,
  };
}

/** Whether somebody may operate the cluster and its agents. */
export function isOperator(identity: Identity): boolean {
  return identity.type === 'api-key' || identity.role === 'admin';
}
