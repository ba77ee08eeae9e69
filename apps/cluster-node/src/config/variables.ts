import { isIP } from 'node:net';
import * as z from 'zod';
import { FAILURE_DOMAIN_LENGTH_MAX } from '../limits.ts';
import { LOG_LEVELS } from '../telemetry/logger.ts';
import { BLOB_VARIABLES } from './blob-variables.ts';
import { QUOTA_VARIABLES } from './quota-variables.ts';
import { httpUrl, integer, list, text, variable } from './variable.ts';

/** How connections between nodes prove themselves. */
const MESH_TLS = ['psk', 'cert', 'off'] as const;
export type MeshTls = (typeof MESH_TLS)[number];

const host = text.regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an address');
const nodeId = text.regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and "-"');
const postgresUrl = text.refine(
  (value) => /^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? ''),
  { error: 'must be a postgresql:// URL' },
);

/** `n1=host:port`, the host in brackets when it is an IPv6 address. */
const PEER = /^([a-z0-9-]{1,32})=(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

export interface PeerAddress {
  readonly nodeId: string;
  readonly host: string;
  readonly port: number;
}

const peers = text.transform((value, context): readonly PeerAddress[] => {
  const fault = (message: string): readonly PeerAddress[] => {
    context.issues.push({ code: 'custom', message, input: value });
    return [];
  };
  const addresses: PeerAddress[] = [];
  for (const item of value.split(',')) {
    const [, id, v6, name, digits] = PEER.exec(item.trim()) ?? [];
    const port = Number(digits);
    if (id === undefined || !(port >= 1 && port <= 65_535))
      return fault(`must be a list of name=host:port; "${item.trim()}" is none`);
    if (addresses.some((known) => known.nodeId === id)) return fault(`names ${id} twice`);
    addresses.push({ nodeId: id, host: v6 ?? name ?? '', port });
  }
  return addresses;
});

export interface Discovery {
  readonly name: string;
  /** Null: that of this node. */
  readonly port: number | null;
}

/** `dns:name` or `dns:name:port`. */
const DISCOVERY = /^dns:([A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?$/;

const discovery = text.transform((value, context): Discovery => {
  const [, name = '', digits] = DISCOVERY.exec(value) ?? [];
  const port = digits === undefined ? null : Number(digits);
  if (name === '' || (port !== null && !(port >= 1 && port <= 65_535)))
    context.issues.push({
      code: 'custom',
      message: 'must be dns:<name> or dns:<name>:<port>',
      input: value,
    });
  return { name, port };
});

const DNS_SERVER = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::\d{1,5})?$/;
const dnsServer = text.refine(
  (value) => {
    const [, v6, v4] = DNS_SERVER.exec(value) ?? [];
    return isIP(v6 ?? v4 ?? '') !== 0;
  },
  { error: 'must be an address, or address:port, with an IPv6 address in brackets' },
);

/** Fewer can be guessed by one who has seen one token, or one handshake. */
export const SECRET_LENGTH_MIN = 32;
const secret = text.min(SECRET_LENGTH_MIN, `must have at least ${SECRET_LENGTH_MIN} characters`);

export const SECRET_KEY_LENGTH_MIN = 16;
/** A secret of earlier versions: it decrypts, and never encrypts. */
export const OLD_SECRET_LENGTH_MIN = 8;
const keys = list.refine(
  (all) =>
    all.every(
      (key, at) => key.length >= (at === 0 ? SECRET_KEY_LENGTH_MIN : OLD_SECRET_LENGTH_MIN),
    ),
  {
    error: `must be a list of keys, the first of at least ${SECRET_KEY_LENGTH_MIN} characters, the others of ${OLD_SECRET_LENGTH_MIN}`,
  },
);

const path = text.min(1);

/** As many as are in use while a secret is changed, and room for one change that was interrupted by the next. */
export const ALSO_ACCEPTED_MAX = 4;
const secrets = list.refine(
  (all) => all.length <= ALSO_ACCEPTED_MAX && all.every((each) => each.length >= SECRET_LENGTH_MIN),
  {
    error: `must be a list of at most ${ALSO_ACCEPTED_MAX} secrets of at least ${SECRET_LENGTH_MIN} characters`,
  },
);

const DOMAIN = `must be 1 to ${FAILURE_DOMAIN_LENGTH_MAX} of letters, digits, ".", "_" and "-"`;
const domain = text.max(FAILURE_DOMAIN_LENGTH_MAX, DOMAIN).regex(/^[A-Za-z0-9._-]+$/, DOMAIN);

/** Characters of an issuer or an audience. */
export const AUDIENCE_LENGTH_MAX = 512;
const names = list.refine(
  (all) => all.every((name) => name.length >= 1 && name.length <= AUDIENCE_LENGTH_MAX),
  {
    error: `must be a list of names apart by commas, of 1 to ${AUDIENCE_LENGTH_MAX} characters each`,
  },
);
/** Characters of the name of a claim. */
export const CLAIM_LENGTH_MAX = 256;
const CLAIM = `must be the name of a claim: 1 to ${CLAIM_LENGTH_MAX} visible ASCII characters`;
const claim = text.max(CLAIM_LENGTH_MAX, CLAIM).regex(/^[\x21-\x7e]+$/, CLAIM);

export const VARIABLES = {
  NODE_ID: variable(nodeId, 'the name of this node, unique in the cluster', 'NODE_ID=n1'),
  PORT: variable(integer(1, 65_535).default(4001), 'the port of REST and socket.io', 'PORT=4001'),
  HOST: variable(
    host.default('127.0.0.1'),
    'the address that REST and socket.io listen on',
    'HOST=0.0.0.0',
  ),
  OPS_PORT: variable(
    integer(1, 65_535).optional(),
    'the port of metrics, health, profiles and the log level, for operators alone; with it, PORT serves no metrics',
    'OPS_PORT=4301',
  ),
  OPS_HOST: variable(
    host.default('127.0.0.1'),
    'the address that OPS_PORT listens on',
    'OPS_HOST=0.0.0.0',
  ),
  MESH_PORT: variable(
    integer(1, 65_535).default(4101),
    'the port that the other nodes of the cluster connect to',
    'MESH_PORT=4101',
  ),
  MESH_HOST: variable(
    host.default('127.0.0.1'),
    'the address that the mesh listens on',
    'MESH_HOST=0.0.0.0',
  ),
  CLUSTER_PEERS: variable(
    peers.optional(),
    'the mesh addresses of the founding nodes, this one included; for a node that joins later, of any living ones; leave it out for a single node',
    'CLUSTER_PEERS=n1=127.0.0.1:4101,n2=127.0.0.1:4102,n3=127.0.0.1:4103',
  ),
  CLUSTER_SECRET: variable(
    secret.optional(),
    'the secret that all nodes of the cluster share; needed unless this is a single node',
    'CLUSTER_SECRET=$(openssl rand -hex 32)',
  ),
  CLUSTER_SECRET_ALSO: variable(
    secrets.optional(),
    'further secrets that a calling node may prove, apart by commas, while CLUSTER_SECRET is changed',
    'CLUSTER_SECRET_ALSO=$(openssl rand -hex 32)',
  ),
  MESH_TLS: variable(
    z.enum(MESH_TLS, `must be one of ${MESH_TLS.join(', ')}`).default('psk'),
    'how nodes talk to each other: "psk", TLS with a key made of CLUSTER_SECRET; "cert", TLS with certificates; "off", in the clear and without any proof; the same on all nodes',
    'MESH_TLS=psk',
  ),
  MESH_TLS_CERT: variable(
    path.optional(),
    'a file with the certificate of this node, in PEM, that it shows to the other nodes with MESH_TLS=cert',
    'MESH_TLS_CERT=/etc/fleetlm/mesh.crt',
  ),
  MESH_TLS_KEY: variable(
    path.optional(),
    'a file with the key of MESH_TLS_CERT, in PEM',
    'MESH_TLS_KEY=/etc/fleetlm/mesh.key',
  ),
  MESH_TLS_CA: variable(
    path.optional(),
    'a file with the authorities whose certificates other nodes may show, in PEM: authorities that sign for nodes of this cluster alone',
    'MESH_TLS_CA=/etc/fleetlm/mesh-ca.crt',
  ),
  TLS_CERT: variable(
    path.optional(),
    'a file with the certificate, and what leads to its authority, of PORT, in PEM; with TLS_KEY; without it PORT speaks plain HTTP',
    'TLS_CERT=/etc/fleetlm/public.crt',
  ),
  TLS_KEY: variable(
    path.optional(),
    'a file with the key of TLS_CERT, in PEM',
    'TLS_KEY=/etc/fleetlm/public.key',
  ),
  CLUSTER_DISCOVERY: variable(
    discovery.optional(),
    'a name whose DNS addresses are those of the nodes, beside CLUSTER_PEERS, with the port of their mesh if that is not MESH_PORT',
    'CLUSTER_DISCOVERY=dns:fleetlm-mesh.default.svc.cluster.local:4101',
  ),
  CLUSTER_DISCOVERY_DNS_SERVER: variable(
    dnsServer.optional(),
    "the DNS server that is asked, address:port; the machine's without it",
    'CLUSTER_DISCOVERY_DNS_SERVER=10.96.0.10:53',
  ),
  NODE_ZONE: variable(
    domain.optional(),
    'the failure domain that this node shares with others (a data centre, an availability zone): copies of a group are kept apart',
    'NODE_ZONE=eu-west-1a',
  ),
  NODE_HOST_ID: variable(
    domain.optional(),
    "the machine that this node runs on, which copies of a group never share while there are others; the machine's host name without it",
    'NODE_HOST_ID=rack4-machine7',
  ),
  SECRET_KEYS: variable(
    keys.optional(),
    "what the agents' signing secrets are encrypted with, on all nodes the same: the first encrypts, further ones (apart by commas) still decrypt; without it CLUSTER_SECRET is used",
    'SECRET_KEYS=$(openssl rand -hex 32)',
  ),
  RAFT_GROUPS: variable(
    integer(1, 256).default(256),
    'the number of groups that share the users, fixed when the cluster is founded',
    'RAFT_GROUPS=256',
  ),
  RAFT_REPLICAS: variable(
    integer(1, 7).default(3),
    'the copies of every group, fixed when the cluster is founded',
    'RAFT_REPLICAS=3',
  ),
  DATA_DIR: variable(
    text.min(1).optional(),
    "the directory of this node's log, snapshots and identity",
    'DATA_DIR=/var/lib/fleetlm/n1',
  ),
  DATABASE_URL: variable(
    postgresUrl,
    'the Postgres that messages are archived to',
    'DATABASE_URL=postgresql://fleetlm:secret@127.0.0.1:5432/fleetlm',
  ),
  FLUSH_INTERVAL_MS: variable(
    integer(50, 3_600_000).default(5_000),
    'how often messages are written to Postgres, in milliseconds',
    'FLUSH_INTERVAL_MS=5000',
  ),
  SESSION_IDLE_MS: variable(
    integer(1_000, 86_400_000).default(600_000),
    'how long a session that nothing happens to stays in memory, in milliseconds',
    'SESSION_IDLE_MS=600000',
  ),
  HOT_SESSIONS_MAX: variable(
    integer(256, 10_000_000).default(20_000),
    'how many sessions a node keeps in memory before those that have been quiet longest leave it sooner',
    'HOT_SESSIONS_MAX=20000',
  ),
  HOT_BYTES_MAX: variable(
    integer(16 * 1024 * 1024, 1024 ** 4).default(512 * 1024 * 1024),
    'how many bytes of messages a node keeps in memory before sessions that have been quiet longest leave it sooner',
    'HOT_BYTES_MAX=536870912',
  ),
  NODE_REPLACE_AFTER_MS: variable(
    integer(1_000, 86_400_000).default(300_000),
    'how long a node may be away before its replicas are made anew elsewhere, in milliseconds',
    'NODE_REPLACE_AFTER_MS=300000',
  ),
  AUTH_JWT_SECRET: variable(
    secret.optional(),
    "the secret that users' tokens are signed with (HS256); this or AUTH_JWKS_URL",
    'AUTH_JWT_SECRET=$(openssl rand -hex 32)',
  ),
  AUTH_JWKS_URL: variable(
    httpUrl.optional(),
    "where the public keys of users' tokens are published; this or AUTH_JWT_SECRET",
    'AUTH_JWKS_URL=https://login.example.com/.well-known/jwks.json',
  ),
  AUTH_JWT_ISSUER: variable(
    names.optional(),
    "the issuers (`iss`) whose tokens are accepted, apart by commas; any issuer's without it",
    'AUTH_JWT_ISSUER=https://login.example.com',
  ),
  AUTH_JWT_AUDIENCE: variable(
    names.optional(),
    'the audiences (`aud`) that a token must be for, one of these, apart by commas; any without it',
    'AUTH_JWT_AUDIENCE=fleetlm',
  ),
  AUTH_JWT_LEEWAY_S: variable(
    integer(0, 300).default(5),
    "by how many seconds the clocks of the tokens' issuer and this node may differ",
    'AUTH_JWT_LEEWAY_S=5',
  ),
  AUTH_JWT_USER_CLAIM: variable(
    claim.default('sub'),
    'the claim that names the user, a path with dots where it is nested',
    'AUTH_JWT_USER_CLAIM=sub',
  ),
  AUTH_JWT_ROLE_CLAIM: variable(
    claim.default('role'),
    'the claim that makes an admin where it is "admin", a path with dots where it is nested',
    'AUTH_JWT_ROLE_CLAIM=app_metadata.role',
  ),
  ...QUOTA_VARIABLES,
  ...BLOB_VARIABLES,
  API_KEY: variable(
    secret.optional(),
    'the key of your own servers, with full rights',
    'API_KEY=$(openssl rand -hex 32)',
  ),
  WEBHOOK_ALLOW_PRIVATE: variable(
    z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .transform((value) => value === 'true'),
    'whether agents may live on private and loopback addresses',
    'WEBHOOK_ALLOW_PRIVATE=true',
  ),
  LOG_LEVEL: variable(
    z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
    'how much is logged',
    'LOG_LEVEL=info',
  ),
} as const;

export type VariableName = keyof typeof VARIABLES;
