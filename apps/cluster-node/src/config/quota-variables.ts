import * as z from 'zod';
import { parseTrustedProxies, type TrustedProxies } from '../gateway/access/client-address.ts';
import type { QuotaSettings } from '../gateway/access/quotas.ts';
import { integer, list, variable } from './variable.ts';

function quota(name: string, fallback: number, meaning: string) {
  const schema = integer(1, 999_999_999).default(fallback);
  return variable(schema, `${meaning}, on this node`, `${name}=${fallback}`);
}

const trustedProxies = list.transform((items, context): TrustedProxies => {
  const networks = parseTrustedProxies(items);
  if (networks !== null) return networks;
  context.issues.push({
    code: 'custom',
    message: 'must be a list of addresses and networks apart by commas',
    input: items,
  });
  return z.NEVER;
});

/** Above each of them the answer is `429 rate_limited` with `Retry-After`. */
export const QUOTA_VARIABLES = {
  TRUSTED_PROXIES: variable(
    trustedProxies.default([]),
    'the proxies whose X-Forwarded-For names the client, addresses or networks apart by commas',
    'TRUSTED_PROXIES=10.0.0.0/8,192.0.2.7',
  ),
  QUOTA_USER_REQUESTS_PER_S: quota(
    'QUOTA_USER_REQUESTS_PER_S',
    200,
    'how many REST requests a second one user may send',
  ),
  QUOTA_USER_EVENTS_PER_S: quota(
    'QUOTA_USER_EVENTS_PER_S',
    4_000,
    'how many events a second one user may send through all its sockets',
  ),
  QUOTA_USER_BYTES_PER_S: quota(
    'QUOTA_USER_BYTES_PER_S',
    16 * 1024 * 1024,
    'how many bytes a second one user may send',
  ),
  QUOTA_USER_IN_FLIGHT: quota(
    'QUOTA_USER_IN_FLIGHT',
    128,
    'how many REST requests of one user may be in flight',
  ),
  QUOTA_USER_SOCKETS: quota('QUOTA_USER_SOCKETS', 200, 'how many sockets one user may have'),
  QUOTA_USER_STREAMS: quota(
    'QUOTA_USER_STREAMS',
    100,
    'how many streams of server-sent events one user may read',
  ),
  QUOTA_USER_SESSIONS_PER_MINUTE: quota(
    'QUOTA_USER_SESSIONS_PER_MINUTE',
    300,
    'how many sessions a minute one user may create',
  ),
  QUOTA_ADDRESS_REQUESTS_PER_S: quota(
    'QUOTA_ADDRESS_REQUESTS_PER_S',
    5_000,
    'how many REST requests a second may come from one address',
  ),
  QUOTA_ADDRESS_SOCKETS: quota(
    'QUOTA_ADDRESS_SOCKETS',
    5_000,
    'how many sockets one address may have',
  ),
  QUOTA_ADDRESS_STREAMS: quota(
    'QUOTA_ADDRESS_STREAMS',
    2_000,
    'how many streams of server-sent events may go to one address',
  ),
  QUOTA_ADDRESS_CONNECTIONS: quota(
    'QUOTA_ADDRESS_CONNECTIONS',
    10_000,
    'how many connections one address may have, idle ones included',
  ),
  QUOTA_API_KEY_REQUESTS_PER_S: quota(
    'QUOTA_API_KEY_REQUESTS_PER_S',
    10_000,
    'how many requests and events a second may come with the API key',
  ),
  QUOTA_API_KEY_BYTES_PER_S: quota(
    'QUOTA_API_KEY_BYTES_PER_S',
    256 * 1024 * 1024,
    'how many bytes a second may come with the API key',
  ),
  QUOTA_API_KEY_IN_FLIGHT: quota(
    'QUOTA_API_KEY_IN_FLIGHT',
    8_192,
    'how many REST requests with the API key may be in flight',
  ),
  QUOTA_AGENT_REQUESTS_PER_S: quota(
    'QUOTA_AGENT_REQUESTS_PER_S',
    1_000,
    "how many messages a second may be sent in one agent's name",
  ),
} as const;

type QuotaVariables = {
  readonly [Name in keyof typeof QUOTA_VARIABLES]: z.output<
    (typeof QUOTA_VARIABLES)[Name]['schema']
  >;
};

export function quotaSettings(variables: QuotaVariables): QuotaSettings {
  return {
    userRequestsPerS: variables.QUOTA_USER_REQUESTS_PER_S,
    userEventsPerS: variables.QUOTA_USER_EVENTS_PER_S,
    userBytesPerS: variables.QUOTA_USER_BYTES_PER_S,
    userInFlight: variables.QUOTA_USER_IN_FLIGHT,
    userSockets: variables.QUOTA_USER_SOCKETS,
    userStreams: variables.QUOTA_USER_STREAMS,
    userSessionsPerMinute: variables.QUOTA_USER_SESSIONS_PER_MINUTE,
    addressRequestsPerS: variables.QUOTA_ADDRESS_REQUESTS_PER_S,
    addressSockets: variables.QUOTA_ADDRESS_SOCKETS,
    addressStreams: variables.QUOTA_ADDRESS_STREAMS,
    addressConnections: variables.QUOTA_ADDRESS_CONNECTIONS,
    apiKeyRequestsPerS: variables.QUOTA_API_KEY_REQUESTS_PER_S,
    apiKeyBytesPerS: variables.QUOTA_API_KEY_BYTES_PER_S,
    apiKeyInFlight: variables.QUOTA_API_KEY_IN_FLIGHT,
    agentRequestsPerS: variables.QUOTA_AGENT_REQUESTS_PER_S,
  };
}
