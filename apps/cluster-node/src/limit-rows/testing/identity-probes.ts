import { SECRET_LENGTH_MIN, VARIABLES } from '../../config/variables.ts';
import { clientAddress, parseTrustedProxies } from '../../gateway/access/client-address.ts';
import { type Identity, IdentityVerifier } from '../../gateway/access/identity.ts';
import { createJwksFetch } from '../../gateway/access/jwks-fetch.ts';
import { Quotas } from '../../gateway/access/quotas.ts';
import { TEST_QUOTAS, TEST_TOKENS } from '../../gateway/testing/test-gateway.ts';
import { lengthOf } from './edge-probes.ts';
import { atLeast, atMost, type Probe, type Probes } from './probe.ts';

const USER: Identity = { type: 'user', userId: 'alice', role: 'user', expiresAtMs: 0 };
const API_KEY: Identity = { type: 'api-key' };

function quotas(nowMs: () => number, settings = TEST_QUOTAS): Quotas {
  return new Quotas({ settings, refused: () => undefined, nowMs });
}

/** Whether none of them was refused. */
function allPass(count: number, act: (n: number) => unknown): boolean {
  try {
    for (let n = 0; n < count; n += 1) act(n);
    return true;
  } catch {
    return false;
  }
}

/** A rate, once its burst is used up: what passes in the time that fills it up by its limit. */
const rate = (act: (all: Quotas, n: number) => unknown, ms = 1_000): Probe =>
  atMost((size) => {
    let nowMs = 0;
    const all = quotas(() => nowMs);
    allPass(Number.MAX_SAFE_INTEGER, (n) => act(all, n));
    nowMs = ms;
    return allPass(size, (n) => act(all, n));
  });

const bytes = (identity: Identity): Probe =>
  atMost((size) => {
    let nowMs = 0;
    const all = quotas(() => nowMs);
    // What is larger than the burst takes all of it.
    all.takeEvent(identity, Number.MAX_SAFE_INTEGER);
    nowMs = 1_000;
    return allPass(1, () => all.takeEvent(identity, size));
  });

const inUse = (act: (all: Quotas, n: number) => unknown): Probe =>
  atMost((size) => {
    // All at one time, whatever the rate of requests.
    const many = { userRequestsPerS: 999_999_999, apiKeyRequestsPerS: 999_999_999 };
    const all = quotas(() => 0, { ...TEST_QUOTAS, ...many });
    return allPass(size, (n) => act(all, n));
  });

const other = (n: number): Identity => ({ ...USER, userId: `user-${n}` }) as Identity;

const PROXY = parseTrustedProxies(['10.0.0.0/8']) ?? [];
const CLIENT = '198.51.100.7';
const addressOf = (forwarded: string): string =>
  clientAddress(
    { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '10.0.0.1' } },
    PROXY,
  );

export const IDENTITY_PROBES: Probes = {
  'Connections and identity: token': atMost(async (size) => {
    const verifier = new IdentityVerifier({ ...TEST_TOKENS, wallClockMs: () => 0 });
    const refusal: unknown = await verifier.verify('x'.repeat(size)).catch((error) => error);
    return refusal instanceof Error && refusal.message !== 'a bearer token is required';
  }),
  'Connections and identity: key set of an issuer': atMost(async (size) => {
    const set = `{"keys":[],"x":"${'x'.repeat(size - '{"keys":[],"x":""}'.length)}"}`;
    const fetchSet = createJwksFetch(
      () => 0,
      async () => new Response(set),
    );
    return fetchSet('https://issuer.example/keys', {} as never).then(
      () => true,
      () => false,
    );
  }),
  'Connections and identity: `X-Forwarded-For`, from its end': atMost(
    (size) => addressOf(CLIENT + ' '.repeat(size - CLIENT.length)) === CLIENT,
  ),
  'Connections and identity: entries of `X-Forwarded-For`, from its end': atMost(
    (size) => addressOf([CLIENT, ...new Array(size - 1).fill('10.0.0.2')].join()) === CLIENT,
  ),
  'Quotas: how many REST requests a second one user may send': rate((all) =>
    all.acquireRequest(USER, 0)(),
  ),
  'Quotas: how many events a second one user may send through all its sockets': rate((all) =>
    all.takeEvent(USER, 0),
  ),
  'Quotas: how many bytes a second one user may send': bytes(USER),
  'Quotas: how many REST requests of one user may be in flight': inUse((all) =>
    all.acquireRequest(USER, 0),
  ),
  'Quotas: how many sockets one user may have': inUse((all, n) =>
    all.acquireSocket({ identity: USER, address: `${n}` }),
  ),
  'Quotas: how many streams of server-sent events one user may read': inUse((all, n) =>
    all.acquireStream({ identity: USER, address: `${n}` }),
  ),
  'Quotas: how many sessions a minute one user may create': rate(
    (all) => all.takeSession(USER),
    60_000,
  ),
  'Quotas: how many REST requests a second may come from one address': rate((all) =>
    all.takeAnonymousRequest('192.0.2.1'),
  ),
  'Quotas: how many sockets one address may have': inUse((all, n) =>
    all.acquireSocket({ identity: other(n), address: '192.0.2.1' }),
  ),
  'Quotas: how many streams of server-sent events may go to one address': inUse((all, n) =>
    all.acquireStream({ identity: other(n), address: '192.0.2.1' }),
  ),
  'Quotas: how many requests and events a second may come with the API key': rate((all) =>
    all.takeEvent(API_KEY, 0),
  ),
  'Quotas: how many bytes a second may come with the API key': bytes(API_KEY),
  'Quotas: how many REST requests with the API key may be in flight': inUse((all) =>
    all.acquireRequest(API_KEY, 0),
  ),
  "Quotas: how many messages a second may be sent in one agent's name": rate((all) =>
    all.takeAgentMessage('agent'),
  ),
  'Quotas: users, addresses and agents whose rates are remembered, each': atMost((size) => {
    const all = quotas(() => 0, { ...TEST_QUOTAS, agentRequestsPerS: 1 });
    allPass(3, () => all.takeAgentMessage('first'));
    for (let n = 1; n < size; n += 1) all.takeAgentMessage(`other-${n}`);
    return !allPass(1, () => all.takeAgentMessage('first'));
  }),
  'Configuration: `AUTH_JWT_SECRET`, `CLUSTER_SECRET` and `API_KEY`, at least': atLeast((size) =>
    [VARIABLES.AUTH_JWT_SECRET, VARIABLES.CLUSTER_SECRET, VARIABLES.API_KEY].every(
      ({ schema }) => schema.safeParse('x'.repeat(size)).success,
    ),
  ),
  'Configuration: secrets of `CLUSTER_SECRET_ALSO`': atMost(
    (count) =>
      VARIABLES.CLUSTER_SECRET_ALSO.schema.safeParse(
        Array.from({ length: count }, () => 'x'.repeat(SECRET_LENGTH_MIN)).join(),
      ).success,
  ),
  'Configuration: `NODE_ZONE` and `NODE_HOST_ID`': atMost((size) =>
    [VARIABLES.NODE_ZONE, VARIABLES.NODE_HOST_ID].every(
      ({ schema }) => schema.safeParse('z'.repeat(size)).success,
    ),
  ),
  'Configuration: first key of `SECRET_KEYS`, at least': atLeast(
    (size) => VARIABLES.SECRET_KEYS.schema.safeParse('x'.repeat(size)).success,
  ),
  'Configuration: older keys of `SECRET_KEYS`, at least': atLeast((size) => {
    const keys = `${'x'.repeat(100)},${'x'.repeat(size)}`;
    return VARIABLES.SECRET_KEYS.schema.safeParse(keys).success;
  }),
  'Configuration: name of an issuer or an audience': lengthOf(VARIABLES.AUTH_JWT_ISSUER.schema),
  'Configuration: name of a claim': atMost(
    (size) => VARIABLES.AUTH_JWT_ROLE_CLAIM.schema.safeParse('a'.repeat(size)).success,
  ),
};
