import type { RestAccess } from '@fleetlm/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { RequestError } from '../request-error.ts';
import { requireOperator } from './access.ts';
import { type Identity, type IdentityVerifier, UnauthenticatedError } from './identity.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may make the call; a route without it is never served. */
    readonly access?: RestAccess;
  }
}

/** What decides whether an identified caller may go on; throws a RequestError. */
export interface Admission {
  /** Before the token is verified. */
  readonly anonymous: (request: FastifyRequest) => void;
  /** The token was refused. */
  readonly unauthenticated: (request: FastifyRequest) => void;
  /** The caller is known, the body is not read. */
  readonly identified: (request: FastifyRequest, reply: FastifyReply, identity: Identity) => void;
}

const IDENTITY = 'identity';

/** Who sent the request; every route but those for anyone has one. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = request.getDecorator<Identity | null>(IDENTITY);
  if (identity === null) throw new RequestError('unauthenticated', 'a bearer token is required');
  return identity;
}

/**
 * Access is a property of the route that the router matched. The target as it was sent has many spellings (escapes,
 * absolute form) and is never looked at. All of it is decided before a byte of the body is read.
 */
export function enforceAccess(
  app: FastifyInstance,
  identities: Pick<IdentityVerifier, 'verifyHeader'>,
  admission: Admission,
): void {
  app.decorateRequest(IDENTITY, null);
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: accessOf(route) };
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) {
      admission.anonymous(request);
      throw new RequestError('not_found', 'no such route');
    }
    const { access } = request.routeOptions.config;
    if (access === undefined) throw new Error('a route without an access rule is served');
    if (access === 'anyone') return;
    admission.anonymous(request);
    // Its handler opens the link before it reads a byte.
    if (access === 'signed') return;
    const identity = await verified(identities, admission, request);
    admission.identified(request, reply, identity);
    if (access === 'operator') requireOperator(identity);
    request.setDecorator<Identity | null>(IDENTITY, identity);
  });
}

async function verified(
  identities: Pick<IdentityVerifier, 'verifyHeader'>,
  admission: Admission,
  request: FastifyRequest,
): Promise<Identity> {
  try {
    return await identities.verifyHeader(request.headers.authorization);
  } catch (error) {
    if (error instanceof UnauthenticatedError) admission.unauthenticated(request);
    throw error;
  }
}

/** Throws where there is none: a call without a decision does not start. */
function accessOf({ method, url, config }: RouteOptions): RestAccess {
  if (config?.access !== undefined) return config.access;
  // Preflight requests carry no token and change nothing.
  if (method === 'OPTIONS') return 'anyone';
  throw new Error(`${[method].flat().join(', ')} ${url} has no access rule`);
}
