import { createHash, timingSafeEqual } from 'node:crypto';
import { parse, userIdSchema } from '@fleetlm/protocol';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import {
  JWKS_TIMEOUT_MS,
  TOKEN_LENGTH_MAX,
  VERIFIED_TOKENS_MAX,
  VERIFIED_TOKENS_MS,
} from '../limits.ts';
import { RequestError } from '../request-error.ts';
import { createJwksFetch, KeysUnavailableError } from './jwks-fetch.ts';

/** Who is asking. */
export type Identity =
  | { readonly type: 'api-key' }
  | {
      readonly type: 'user';
      readonly userId: string;
      readonly role: 'user' | 'admin';
      /** Unix milliseconds, the leeway included. */
      readonly expiresAtMs: number;
    };

/** The token is no good; `message` is for the caller's eyes. */
export class UnauthenticatedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnauthenticatedError';
  }
}

/** Which tokens are accepted, and what their claims are called. */
export interface TokenSettings {
  readonly jwtSecret: string | null;
  readonly jwksUrl: string | null;
  readonly apiKey: string | null;
  /** One of them must be the token's `iss`; empty: any. */
  readonly jwtIssuers: readonly string[];
  /** One of them must be in the token's `aud`; empty: any. */
  readonly jwtAudiences: readonly string[];
  /** By how much the clocks of issuer and node may differ, in seconds. */
  readonly jwtLeewayS: number;
  readonly jwtUserClaim: string;
  readonly jwtRoleClaim: string;
}

export interface IdentitySettings extends TokenSettings {
  readonly wallClockMs: () => number;
}

const ASYMMETRIC = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'];

interface Verified {
  readonly identity: Identity;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Identifies the bearer of a token: a JWT (HS256 or from a JWKS), or the API key. */
export class IdentityVerifier {
  readonly #settings: IdentitySettings;
  readonly #secret: Uint8Array | null;
  readonly #keys: ReturnType<typeof createRemoteJWKSet> | null;
  readonly #apiKeyHash: Buffer | null;
  /** By the hash of the token, so that what is kept is small. */
  readonly #verified = new Map<string, Verified>();

  constructor(settings: IdentitySettings) {
    this.#settings = settings;
    const { jwtSecret, jwksUrl, apiKey, wallClockMs } = settings;
    this.#secret = jwtSecret === null ? null : new TextEncoder().encode(jwtSecret);
    this.#keys =
      jwksUrl === null
        ? null
        : createRemoteJWKSet(new URL(jwksUrl), {
            timeoutDuration: JWKS_TIMEOUT_MS,
            [customFetch]: createJwksFetch(wallClockMs),
          });
    this.#apiKeyHash = apiKey === null ? null : sha256(apiKey);
  }

  /** Of an `Authorization` header. Rejects as `verify` does. */
  verifyHeader(header: string | undefined): Promise<Identity> {
    const token = bearerToken(header ?? '');
    return token === null
      ? Promise.reject(
          new UnauthenticatedError('an Authorization header with a bearer token is required'),
        )
      : this.verify(token);
  }

  /** Rejects with an UnauthenticatedError, or with `overloaded` while the issuer's keys are unavailable. */
  async verify(token: unknown): Promise<Identity> {
    if (typeof token !== 'string' || token === '' || token.length > TOKEN_LENGTH_MAX)
      throw new UnauthenticatedError('a bearer token is required');
    const hash = sha256(token);
    // In time that does not depend on where the key differs: hashes of equal length are compared.
    if (this.#apiKeyHash !== null && timingSafeEqual(hash, this.#apiKeyHash))
      return { type: 'api-key' };
    const key = hash.toString('base64');
    const nowMs = this.#settings.wallClockMs();
    const known = this.#verified.get(key);
    if (known !== undefined && known.fromMs <= nowMs && nowMs < known.untilMs)
      return known.identity;
    this.#verified.delete(key);
    const payload = await this.#payloadOf(token);
    const identity = this.#identityOf(payload);
    this.#remember(key, identity, payload, nowMs);
    return identity;
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    const { jwtIssuers, jwtAudiences, jwtLeewayS, wallClockMs } = this.#settings;
    const options = {
      currentDate: new Date(wallClockMs()),
      clockTolerance: jwtLeewayS,
      requiredClaims: ['exp'],
      ...(jwtIssuers.length === 0 ? {} : { issuer: [...jwtIssuers] }),
      ...(jwtAudiences.length === 0 ? {} : { audience: [...jwtAudiences] }),
    };
    try {
      if (this.#secret !== null && (this.#keys === null || isHs256(token)))
        return (await jwtVerify(token, this.#secret, { ...options, algorithms: ['HS256'] }))
          .payload;
      if (this.#keys !== null)
        return (await jwtVerify(token, this.#keys, { ...options, algorithms: ASYMMETRIC })).payload;
    } catch (error) {
      throw refusalOf(error);
    }
    throw new UnauthenticatedError('the token is not valid');
  }

  #identityOf(payload: JWTPayload): Identity {
    const { jwtUserClaim, jwtRoleClaim, jwtLeewayS } = this.#settings;
    const user = parse(userIdSchema, claimOf(payload, jwtUserClaim));
    if (!user.ok)
      throw new UnauthenticatedError(`the token names no user (claim \`${jwtUserClaim}\`)`);
    // What other systems call a role gives no rights here.
    const role = claimOf(payload, jwtRoleClaim) === 'admin' ? 'admin' : 'user';
    const expiresAtMs = ((payload.exp ?? 0) + jwtLeewayS) * 1000;
    return { type: 'user', userId: user.value, role, expiresAtMs };
  }

  #remember(key: string, identity: Identity, { nbf }: JWTPayload, nowMs: number): void {
    if (this.#verified.size >= VERIFIED_TOKENS_MAX) {
      const oldest = this.#verified.keys().next();
      if (oldest.done !== true) this.#verified.delete(oldest.value);
    }
    const expiresAtMs = identity.type === 'user' ? identity.expiresAtMs : nowMs;
    const untilMs = Math.min(nowMs + VERIFIED_TOKENS_MS, expiresAtMs);
    const fromMs = ((nbf ?? 0) - this.#settings.jwtLeewayS) * 1000;
    this.#verified.set(key, { identity, fromMs, untilMs });
  }
}

/** Null: the header has another scheme, or no token. */
function bearerToken(header: string): string | null {
  const [scheme, token, ...others] = header
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || others.length > 0) return null;
  return token;
}

function refusalOf(error: unknown): Error {
  const isUnavailable =
    error instanceof KeysUnavailableError ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid;
  if (isUnavailable)
    return new RequestError(
      'overloaded',
      'the public keys of the token issuer are unavailable; the token cannot be verified now',
    );
  if (error instanceof errors.JWTExpired) return new UnauthenticatedError('the token is expired');
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error);
  return new UnauthenticatedError('the token is not valid');
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): UnauthenticatedError {
  if (claim === 'nbf') return new UnauthenticatedError('the token is not valid yet');
  return new UnauthenticatedError(
    `the token's claim \`${claim}\` is ${reason === 'missing' ? 'missing' : 'not accepted'}`,
  );
}

/** By its whole name first, which may hold dots (`https://example.com/role`), then by its path (`app.role`). */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = Reflect.get(value, step);
  }
  return value;
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

/** Whether the caller may operate the cluster and its agents. */
export function isOperator(identity: Identity): boolean {
  return identity.type === 'api-key' || identity.role === 'admin';
}
