import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { BlobSettings } from '../blobs/blob-settings.ts';
import type { TrustedProxies } from '../gateway/access/client-address.ts';
import type { TokenSettings } from '../gateway/access/identity.ts';
import type { QuotaSettings } from '../gateway/access/quotas.ts';
import { FAILURE_DOMAIN_LENGTH_MAX } from '../limits.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { blobFaults, blobSettings } from './blob-variables.ts';
import { quotaSettings } from './quota-variables.ts';
import {
  type Discovery,
  type MeshTls,
  type PeerAddress,
  VARIABLES,
  type VariableName,
} from './variables.ts';

/** Files in PEM. */
export interface CertificatePaths {
  readonly certificate: string;
  readonly key: string;
}

/** What the operator decided, typed. */
export interface Environment extends TokenSettings {
  readonly nodeId: string;
  readonly http: { readonly host: string; readonly port: number };
  /** Null: metrics are served on the public port, and profiles nowhere. */
  readonly ops: { readonly host: string; readonly port: number } | null;
  readonly mesh: { readonly host: string; readonly port: number };
  /** All founding nodes, this one included; one entry for a single node. */
  readonly peers: readonly PeerAddress[];
  /** Null only for a single node. */
  readonly clusterSecret: string | null;
  /** Of callers these are accepted, too. */
  readonly clusterSecretsAlso: readonly string[];
  readonly meshTls: MeshTls;
  /** Null unless `meshTls` is "cert". */
  readonly meshCertificate: (CertificatePaths & { readonly authorities: string }) | null;
  /** Null: plain HTTP. */
  readonly publicCertificate: CertificatePaths | null;
  readonly discovery: (Discovery & { readonly server: string | null }) | null;
  readonly zone: string | null;
  readonly hostId: string;
  /** The first encrypts; may be empty. */
  readonly secretKeys: readonly string[];
  readonly raftGroups: number;
  readonly raftReplicas: number;
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  readonly flushIntervalMs: number;
  readonly sessionIdleMs: number;
  readonly hotSessionsMax: number;
  readonly hotBytesMax: number;
  /** A node that is away for longer is replaced, where another one can take its replicas. */
  readonly nodeReplaceAfterMs: number;
  readonly trustedProxies: TrustedProxies;
  readonly quotas: QuotaSettings;
  readonly blobs: BlobSettings;
  /** Where agents reach the nodes, without a slash at the end. */
  readonly publicUrl: string;
  readonly webhookAllowPrivate: boolean;
  readonly logLevel: LogLevel;
}

/** Something an operator has to put right before the node can start: exit code 78. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationError';
  }
}

/** All nodes are connected with each other, and report to each other once a second. */
const NODES_MAX = 32;
/** Addresses that are good to listen on, but not to call. */
const WILDCARDS = ['0.0.0.0', '::'];

/**
 * Where other nodes call this one: as CLUSTER_PEERS has it, else where it listens. With discovery the list may be of the past,
 * and an address that the node listens on is not.
 */
export function ownAddress({
  nodeId,
  peers,
  mesh,
  discovery,
}: Pick<Environment, 'nodeId' | 'peers' | 'mesh' | 'discovery'>): {
  readonly host: string;
  readonly port: number;
} {
  const named = peers.find((peer) => peer.nodeId === nodeId);
  const isListening = discovery !== null && !WILDCARDS.includes(mesh.host);
  return named === undefined || isListening ? mesh : { host: named.host, port: named.port };
}

const schema = z.strictObject({
  NODE_ID: VARIABLES.NODE_ID.schema,
  PORT: VARIABLES.PORT.schema,
  HOST: VARIABLES.HOST.schema,
  OPS_PORT: VARIABLES.OPS_PORT.schema,
  OPS_HOST: VARIABLES.OPS_HOST.schema,
  MESH_PORT: VARIABLES.MESH_PORT.schema,
  MESH_HOST: VARIABLES.MESH_HOST.schema,
  CLUSTER_PEERS: VARIABLES.CLUSTER_PEERS.schema,
  CLUSTER_SECRET: VARIABLES.CLUSTER_SECRET.schema,
  CLUSTER_SECRET_ALSO: VARIABLES.CLUSTER_SECRET_ALSO.schema,
  MESH_TLS: VARIABLES.MESH_TLS.schema,
  MESH_TLS_CERT: VARIABLES.MESH_TLS_CERT.schema,
  MESH_TLS_KEY: VARIABLES.MESH_TLS_KEY.schema,
  MESH_TLS_CA: VARIABLES.MESH_TLS_CA.schema,
  TLS_CERT: VARIABLES.TLS_CERT.schema,
  TLS_KEY: VARIABLES.TLS_KEY.schema,
  CLUSTER_DISCOVERY: VARIABLES.CLUSTER_DISCOVERY.schema,
  CLUSTER_DISCOVERY_DNS_SERVER: VARIABLES.CLUSTER_DISCOVERY_DNS_SERVER.schema,
  NODE_ZONE: VARIABLES.NODE_ZONE.schema,
  NODE_HOST_ID: VARIABLES.NODE_HOST_ID.schema,
  SECRET_KEYS: VARIABLES.SECRET_KEYS.schema,
  RAFT_GROUPS: VARIABLES.RAFT_GROUPS.schema,
  RAFT_REPLICAS: VARIABLES.RAFT_REPLICAS.schema,
  DATA_DIR: VARIABLES.DATA_DIR.schema,
  DATABASE_URL: VARIABLES.DATABASE_URL.schema,
  FLUSH_INTERVAL_MS: VARIABLES.FLUSH_INTERVAL_MS.schema,
  SESSION_IDLE_MS: VARIABLES.SESSION_IDLE_MS.schema,
  HOT_SESSIONS_MAX: VARIABLES.HOT_SESSIONS_MAX.schema,
  HOT_BYTES_MAX: VARIABLES.HOT_BYTES_MAX.schema,
  NODE_REPLACE_AFTER_MS: VARIABLES.NODE_REPLACE_AFTER_MS.schema,
  AUTH_JWT_SECRET: VARIABLES.AUTH_JWT_SECRET.schema,
  AUTH_JWKS_URL: VARIABLES.AUTH_JWKS_URL.schema,
  AUTH_JWT_ISSUER: VARIABLES.AUTH_JWT_ISSUER.schema,
  AUTH_JWT_AUDIENCE: VARIABLES.AUTH_JWT_AUDIENCE.schema,
  AUTH_JWT_LEEWAY_S: VARIABLES.AUTH_JWT_LEEWAY_S.schema,
  AUTH_JWT_USER_CLAIM: VARIABLES.AUTH_JWT_USER_CLAIM.schema,
  AUTH_JWT_ROLE_CLAIM: VARIABLES.AUTH_JWT_ROLE_CLAIM.schema,
  TRUSTED_PROXIES: VARIABLES.TRUSTED_PROXIES.schema,
  QUOTA_USER_REQUESTS_PER_S: VARIABLES.QUOTA_USER_REQUESTS_PER_S.schema,
  QUOTA_USER_EVENTS_PER_S: VARIABLES.QUOTA_USER_EVENTS_PER_S.schema,
  QUOTA_USER_BYTES_PER_S: VARIABLES.QUOTA_USER_BYTES_PER_S.schema,
  QUOTA_USER_IN_FLIGHT: VARIABLES.QUOTA_USER_IN_FLIGHT.schema,
  QUOTA_USER_SOCKETS: VARIABLES.QUOTA_USER_SOCKETS.schema,
  QUOTA_USER_STREAMS: VARIABLES.QUOTA_USER_STREAMS.schema,
  QUOTA_USER_SESSIONS_PER_MINUTE: VARIABLES.QUOTA_USER_SESSIONS_PER_MINUTE.schema,
  QUOTA_ADDRESS_REQUESTS_PER_S: VARIABLES.QUOTA_ADDRESS_REQUESTS_PER_S.schema,
  QUOTA_ADDRESS_SOCKETS: VARIABLES.QUOTA_ADDRESS_SOCKETS.schema,
  QUOTA_ADDRESS_STREAMS: VARIABLES.QUOTA_ADDRESS_STREAMS.schema,
  QUOTA_ADDRESS_CONNECTIONS: VARIABLES.QUOTA_ADDRESS_CONNECTIONS.schema,
  QUOTA_API_KEY_REQUESTS_PER_S: VARIABLES.QUOTA_API_KEY_REQUESTS_PER_S.schema,
  QUOTA_API_KEY_BYTES_PER_S: VARIABLES.QUOTA_API_KEY_BYTES_PER_S.schema,
  QUOTA_API_KEY_IN_FLIGHT: VARIABLES.QUOTA_API_KEY_IN_FLIGHT.schema,
  QUOTA_AGENT_REQUESTS_PER_S: VARIABLES.QUOTA_AGENT_REQUESTS_PER_S.schema,
  PUBLIC_URL: VARIABLES.PUBLIC_URL.schema,
  BLOB_BYTES_MAX: VARIABLES.BLOB_BYTES_MAX.schema,
  BLOB_USER_MIB_MAX: VARIABLES.BLOB_USER_MIB_MAX.schema,
  BLOB_TYPES: VARIABLES.BLOB_TYPES.schema,
  BLOB_SCAN_URL: VARIABLES.BLOB_SCAN_URL.schema,
  BLOB_SCAN_TIMEOUT_MS: VARIABLES.BLOB_SCAN_TIMEOUT_MS.schema,
  BLOB_ORPHAN_MS: VARIABLES.BLOB_ORPHAN_MS.schema,
  BLOB_SWEEP_MS: VARIABLES.BLOB_SWEEP_MS.schema,
  BLOB_S3_ENDPOINT: VARIABLES.BLOB_S3_ENDPOINT.schema,
  BLOB_S3_REGION: VARIABLES.BLOB_S3_REGION.schema,
  BLOB_S3_ACCESS_KEY: VARIABLES.BLOB_S3_ACCESS_KEY.schema,
  BLOB_S3_SECRET_KEY: VARIABLES.BLOB_S3_SECRET_KEY.schema,
  API_KEY: VARIABLES.API_KEY.schema,
  WEBHOOK_ALLOW_PRIVATE: VARIABLES.WEBHOOK_ALLOW_PRIVATE.schema,
  LOG_LEVEL: VARIABLES.LOG_LEVEL.schema,
} satisfies Record<VariableName, z.ZodType>);

type Variables = z.output<typeof schema>;

/** Reads the environment. Throws a ConfigurationError that names every variable that is missing or wrong. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Environment {
  const parsed = schema.safeParse(pick(environment));
  const faults = parsed.success ? faultsBetween(parsed.data) : faultsOf(parsed.error);
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(describe(faults));
  return toEnvironment(parsed.data);
}

interface Fault {
  readonly name: VariableName;
  readonly message: string;
}

/** A variable that is set to nothing is one that is not set. */
function pick(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const picked: Record<string, string> = {};
  for (const name of Object.keys(VARIABLES)) {
    const value = environment[name];
    if (value !== undefined && value !== '') picked[name] = value;
  }
  return picked;
}

function faultsOf(error: z.ZodError): readonly Fault[] {
  return error.issues.flatMap((issue) => {
    const name = issue.path[0];
    return isVariableName(name) ? [{ name, message: issue.message }] : [];
  });
}

function isVariableName(name: unknown): name is VariableName {
  return typeof name === 'string' && Object.hasOwn(VARIABLES, name);
}

/** All of them are set, or none. */
const TOGETHER = [
  ['MESH_TLS_CERT', 'MESH_TLS_KEY', 'MESH_TLS_CA'],
  ['TLS_CERT', 'TLS_KEY'],
] as const;

/** As the cluster knows where this node is. */
export function ownDomains({ zone, hostId }: Pick<Environment, 'zone' | 'hostId'>): {
  readonly zone?: string;
  readonly hostId: string;
} {
  return { ...(zone === null ? {} : { zone }), hostId };
}

/** What only shows when several variables are looked at together. */
function faultsBetween(variables: Variables): readonly Fault[] {
  const faults: Fault[] = [];
  const peers = variables.CLUSTER_PEERS;
  const namesItself = peers?.some((peer) => peer.nodeId === variables.NODE_ID) ?? true;
  if (!namesItself && WILDCARDS.includes(variables.MESH_HOST))
    faults.push({
      name: 'CLUSTER_PEERS',
      message: `must name this node too (NODE_ID=${variables.NODE_ID}), since MESH_HOST=${variables.MESH_HOST} is no address to call`,
    });
  if ((peers?.length ?? 1) > NODES_MAX)
    faults.push({ name: 'CLUSTER_PEERS', message: `must not name more than ${NODES_MAX} nodes` });
  for (const group of TOGETHER) {
    const missing = group.filter((name) => variables[name] === undefined);
    if (missing.length < group.length)
      for (const name of missing)
        faults.push({ name, message: `must be set together with ${group[0]}` });
  }
  const hasCertificate = variables.MESH_TLS_CERT !== undefined;
  if (variables.MESH_TLS === 'cert' && !hasCertificate)
    faults.push({ name: 'MESH_TLS_CERT', message: 'must be set with MESH_TLS=cert' });
  if (variables.MESH_TLS !== 'cert' && hasCertificate)
    faults.push({ name: 'MESH_TLS', message: 'must be "cert" when MESH_TLS_CERT is set' });
  const isAlone =
    namesItself && (peers?.length ?? 1) === 1 && variables.CLUSTER_DISCOVERY === undefined;
  if (!isAlone && variables.CLUSTER_SECRET === undefined)
    faults.push({ name: 'CLUSTER_SECRET', message: 'must be set when there are several nodes' });
  if (variables.AUTH_JWT_SECRET === undefined && variables.AUTH_JWKS_URL === undefined)
    faults.push({ name: 'AUTH_JWT_SECRET', message: 'must be set (or AUTH_JWKS_URL)' });
  if (variables.PORT === variables.MESH_PORT && variables.HOST === variables.MESH_HOST)
    faults.push({ name: 'MESH_PORT', message: `must not be the same as PORT` });
  for (const name of blobFaults(variables))
    faults.push({ name, message: 'must be set with BLOB_S3_ENDPOINT' });
  if (variables.OPS_PORT === variables.PORT && variables.OPS_HOST === variables.HOST)
    faults.push({ name: 'OPS_PORT', message: `must not be the same as PORT` });
  if (variables.OPS_PORT === variables.MESH_PORT && variables.OPS_HOST === variables.MESH_HOST)
    faults.push({ name: 'OPS_PORT', message: `must not be the same as MESH_PORT` });
  return faults;
}

function describe(faults: readonly Fault[]): string {
  const lines = faults.map(({ name, message }) => {
    const { meaning, example } = VARIABLES[name];
    return `${name} ${message}.\n  It is ${meaning}.\n  Example: ${example}`;
  });
  return `The environment is not right.\n\n${lines.join('\n\n')}`;
}

function toEnvironment(variables: Variables): Environment {
  const self = {
    nodeId: variables.NODE_ID,
    host: variables.MESH_HOST,
    port: variables.MESH_PORT,
  };
  return {
    nodeId: variables.NODE_ID,
    http: { host: variables.HOST, port: variables.PORT },
    ops:
      variables.OPS_PORT === undefined
        ? null
        : { host: variables.OPS_HOST, port: variables.OPS_PORT },
    mesh: { host: variables.MESH_HOST, port: variables.MESH_PORT },
    peers: variables.CLUSTER_PEERS ?? [self],
    clusterSecret: variables.CLUSTER_SECRET ?? null,
    clusterSecretsAlso: variables.CLUSTER_SECRET_ALSO ?? [],
    meshTls: variables.MESH_TLS,
    meshCertificate: meshCertificate(variables),
    publicCertificate: publicCertificate(variables),
    discovery:
      variables.CLUSTER_DISCOVERY === undefined
        ? null
        : {
            ...variables.CLUSTER_DISCOVERY,
            server: variables.CLUSTER_DISCOVERY_DNS_SERVER ?? null,
          },
    zone: variables.NODE_ZONE ?? null,
    hostId: variables.NODE_HOST_ID ?? ownHostId(),
    secretKeys: variables.SECRET_KEYS ?? [],
    raftGroups: variables.RAFT_GROUPS,
    raftReplicas: variables.RAFT_REPLICAS,
    dataDirectory: variables.DATA_DIR ?? join('.data', variables.NODE_ID),
    databaseUrl: variables.DATABASE_URL,
    flushIntervalMs: variables.FLUSH_INTERVAL_MS,
    sessionIdleMs: variables.SESSION_IDLE_MS,
    hotSessionsMax: variables.HOT_SESSIONS_MAX,
    hotBytesMax: variables.HOT_BYTES_MAX,
    nodeReplaceAfterMs: variables.NODE_REPLACE_AFTER_MS,
    jwtSecret: variables.AUTH_JWT_SECRET ?? null,
    jwksUrl: variables.AUTH_JWKS_URL ?? null,
    jwtIssuers: variables.AUTH_JWT_ISSUER ?? [],
    jwtAudiences: variables.AUTH_JWT_AUDIENCE ?? [],
    jwtLeewayS: variables.AUTH_JWT_LEEWAY_S,
    jwtUserClaim: variables.AUTH_JWT_USER_CLAIM,
    jwtRoleClaim: variables.AUTH_JWT_ROLE_CLAIM,
    apiKey: variables.API_KEY ?? null,
    trustedProxies: variables.TRUSTED_PROXIES,
    quotas: quotaSettings(variables),
    blobs: blobSettings(variables),
    publicUrl: variables.PUBLIC_URL ?? ownUrl(variables),
    webhookAllowPrivate: variables.WEBHOOK_ALLOW_PRIVATE,
    logLevel: variables.LOG_LEVEL,
  };
}

/** This node's REST at the host that other nodes call it at. */
function ownUrl(variables: Variables): string {
  const { HOST, PORT, NODE_ID, CLUSTER_PEERS, MESH_HOST, TLS_CERT } = variables;
  const named = CLUSTER_PEERS?.find(({ nodeId }) => nodeId === NODE_ID)?.host ?? MESH_HOST;
  const host = WILDCARDS.includes(HOST) ? named : HOST;
  return `${TLS_CERT === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}

function meshCertificate({
  MESH_TLS_CERT: certificate,
  MESH_TLS_KEY: key,
  MESH_TLS_CA: authorities,
}: Variables): Environment['meshCertificate'] {
  return certificate === undefined || key === undefined || authorities === undefined
    ? null
    : { certificate, key, authorities };
}

function publicCertificate({
  TLS_CERT: certificate,
  TLS_KEY: key,
}: Variables): Environment['publicCertificate'] {
  return certificate === undefined || key === undefined ? null : { certificate, key };
}

/** What the system calls the machine, or the container: in the form of NODE_HOST_ID. */
function ownHostId(): string {
  const name = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, FAILURE_DOMAIN_LENGTH_MAX);
  return name === '' ? 'unnamed' : name;
}
