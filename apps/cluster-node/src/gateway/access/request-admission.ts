import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from '@fleetlm/protocol';
import type { FastifyRequest } from 'fastify';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import type { Quotas } from './quotas.ts';
import type { Admission } from './route-access.ts';

/** The quotas of a node, and how a client's address is found. */
export interface EdgeAdmission {
  readonly quotas: Quotas;
  readonly trustedProxies: TrustedProxies;
}

export function addressOf({ trustedProxies }: EdgeAdmission, request: IncomingMessage): string {
  return clientAddress(request, trustedProxies);
}

/** Quotas of REST requests. A request is in flight until its response is over or its connection is gone. */
export function admissionOf(edge: EdgeAdmission): Admission {
  const { quotas } = edge;
  return {
    anonymous: ({ raw }) => quotas.takeAnonymousRequest(addressOf(edge, raw)),
    unauthenticated: ({ raw }) => quotas.chargeFailedAuthentication(addressOf(edge, raw)),
    identified: (request, reply, identity) => {
      const release = quotas.acquireRequest(identity, bodyBytes(request));
      // Never throws: it counts down.
      reply.raw.once('close', release);
      // Its client may have gone while the token was verified.
      if (reply.raw.destroyed) release();
    },
  };
}

/** As announced; a body of unknown length counts as the longest that its route takes. */
function bodyBytes({ raw, routeOptions }: FastifyRequest): number {
  if (raw.headers['transfer-encoding'] !== undefined)
    return routeOptions.bodyLimit ?? BODY_BYTES_MAX;
  const length = Number(raw.headers['content-length'] ?? 0);
  return Number.isFinite(length) ? length : 0;
}
