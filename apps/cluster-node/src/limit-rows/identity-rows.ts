import {
  type LimitRow,
  type LimitUnit,
  limitRows,
  type WrittenLimit,
} from '@fleetlm/protocol/reference';
import { QUOTA_VARIABLES } from '../config/quota-variables.ts';
import {
  ALSO_ACCEPTED_MAX,
  AUDIENCE_LENGTH_MAX,
  CLAIM_LENGTH_MAX,
  OLD_SECRET_LENGTH_MIN,
  SECRET_KEY_LENGTH_MIN,
  SECRET_LENGTH_MIN,
} from '../config/variables.ts';
import { FORWARDED_ENTRIES_MAX, FORWARDED_LENGTH_MAX } from '../gateway/access/client-address.ts';
import {
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_MAX,
  HEADERS_MS,
  JWKS_BYTES_MAX,
  PIPELINED_REQUESTS_MAX,
  QUOTA_KEYS_MAX,
  REQUEST_MS,
  REQUESTS_PER_CONNECTION_MAX,
  TOKEN_LENGTH_MAX,
} from '../gateway/limits.ts';
import { FAILURE_DOMAIN_LENGTH_MAX } from '../limits.ts';
import { FOLDER } from './folder.ts';

const LISTENER = 'gateway/http-listener.ts';
const CONFIGURED = 'gateway/edge-limits.test.ts > a listener has the limits of connections';
const SLOW = 'gateway/access/edge-quotas.test.ts > is closed in time';

const connections = limitRows('Connections and identity', FOLDER, [
  {
    input: 'headers of a request, together',
    limit: { HEADER_BYTES_MAX },
    unit: 'bytes',
    in: LISTENER,
    answer: '`431 payload_too_large`',
    test: 'gateway/access/edge-quotas.test.ts > with headers that are too large is answered with 431',
  },
  {
    input: 'headers of a request',
    limit: { HEADERS_MAX },
    unit: 'entries',
    in: LISTENER,
    answer: 'further ones are not read',
    test: CONFIGURED,
  },
  {
    input: 'time for the headers of a request',
    limit: { HEADERS_MS },
    unit: 'ms',
    in: LISTENER,
    answer: '`408`, and the connection is closed',
    test: SLOW,
  },
  {
    input: 'time for a whole request',
    limit: { REQUEST_MS },
    unit: 'ms',
    in: LISTENER,
    answer: '`408`, and the connection is closed',
    test: SLOW,
  },
  {
    input: 'TCP connections of the public port',
    limit: { CONNECTIONS_MAX },
    unit: 'entries',
    in: LISTENER,
    answer: 'the new one is closed',
    test: CONFIGURED,
  },
  {
    input: 'requests of one connection',
    limit: { REQUESTS_PER_CONNECTION_MAX },
    unit: 'entries',
    in: LISTENER,
    answer: 'the connection is closed after the last one',
    test: CONFIGURED,
  },
  {
    input: 'requests of one connection that wait for their answer',
    limit: { PIPELINED_REQUESTS_MAX },
    unit: 'entries',
    in: LISTENER,
    answer: '`429 rate_limited`, and the connection is closed',
    test: CONFIGURED,
  },
  {
    input: 'token',
    limit: { TOKEN_LENGTH_MAX },
    unit: 'characters',
    in: 'gateway/access/identity.ts',
    answer: '`401 unauthenticated`',
    test: 'boundary',
  },
  {
    input: 'key set of an issuer',
    limit: { JWKS_BYTES_MAX },
    unit: 'bytes',
    in: 'gateway/access/jwks-fetch.ts',
    answer: 'not used: `503 overloaded` without an older one',
    test: 'boundary',
  },
  {
    input: '`X-Forwarded-For`, from its end',
    limit: { FORWARDED_LENGTH_MAX },
    unit: 'characters',
    in: 'gateway/access/client-address.ts',
    answer: 'what stands before is not read',
    test: 'boundary',
  },
  {
    input: 'entries of `X-Forwarded-For`, from its end',
    limit: { FORWARDED_ENTRIES_MAX },
    unit: 'entries',
    in: 'gateway/access/client-address.ts',
    answer: 'what stands before is not read',
    test: 'boundary',
  },
]);

function quotaUnit(name: string): LimitUnit {
  if (name.endsWith('_BYTES_PER_S')) return 'bytes a second';
  if (name.endsWith('_PER_S')) return 'a second';
  return name.endsWith('_PER_MINUTE') ? 'a minute' : 'entries';
}

const KEPT: WrittenLimit = {
  input: 'users, addresses and agents whose rates are remembered, each',
  limit: { QUOTA_KEYS_MAX },
  unit: 'entries',
  in: 'gateway/access/quotas.ts',
  answer: 'the least recently seen one starts with a full bucket',
  test: 'boundary',
};

/** Each variable is a row of its own, with its default. */
const quotas = limitRows('Quotas', FOLDER, [
  ...Object.entries(QUOTA_VARIABLES).flatMap(([name, { schema, meaning }]): WrittenLimit[] => {
    const value: unknown = schema.parse(undefined);
    if (typeof value !== 'number') return [];
    return [
      {
        input: meaning.replace(/, on this node$/, ''),
        limit: { [name]: value },
        unit: quotaUnit(name),
        in: 'config/quota-variables.ts',
        answer: name.endsWith('_CONNECTIONS')
          ? 'the connection is closed'
          : '`429 rate_limited` with `Retry-After`',
        test: name.endsWith('_CONNECTIONS')
          ? 'gateway/access/edge-quotas.test.ts > beyond the quota of its address is closed at once'
          : 'boundary',
      },
    ];
  }),
  KEPT,
]);

const VARIABLES = 'config/variables.ts';
const REFUSED = 'the node does not start, and names the variable';

const configuration = limitRows('Configuration', FOLDER, [
  {
    input: '`AUTH_JWT_SECRET`, `CLUSTER_SECRET` and `API_KEY`, at least',
    limit: { SECRET_LENGTH_MIN },
    unit: 'characters',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
  {
    input: 'secrets of `CLUSTER_SECRET_ALSO`',
    limit: { ALSO_ACCEPTED_MAX },
    unit: 'entries',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
  {
    input: '`NODE_ZONE` and `NODE_HOST_ID`',
    limit: { FAILURE_DOMAIN_LENGTH_MAX },
    unit: 'characters',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
  {
    input: 'first key of `SECRET_KEYS`, at least',
    limit: { SECRET_KEY_LENGTH_MIN },
    unit: 'characters',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
  {
    input: 'older keys of `SECRET_KEYS`, at least',
    limit: { OLD_SECRET_LENGTH_MIN },
    unit: 'characters',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
  {
    input: 'name of an issuer or an audience',
    limit: { AUDIENCE_LENGTH_MAX },
    unit: 'characters',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
  {
    input: 'name of a claim',
    limit: { CLAIM_LENGTH_MAX },
    unit: 'characters',
    in: VARIABLES,
    answer: REFUSED,
    test: 'boundary',
  },
]);

export const IDENTITY_ROWS: readonly LimitRow[] = [...connections, ...quotas, ...configuration];
