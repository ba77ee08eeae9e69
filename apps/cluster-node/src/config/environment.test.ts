import { describe, expect, test } from 'vitest';
import { ConfigurationError, ownAddress, ownDomains, readEnvironment } from './environment.ts';
import { VARIABLES } from './variables.ts';

const GOOD = {
  NODE_ID: 'n1',
  DATABASE_URL: 'postgresql://u:p@127.0.0.1:5432/d',
  AUTH_JWT_SECRET: 'a-secret-of-at-least-32-characters',
} as const;

/** The shortest. */
const SECRET_32 = 'x'.repeat(32);

const THREE = 'n1=127.0.0.1:4101,n2=host-b:4102,n3=[::1]:4103';

function messageOf(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    readEnvironment(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('the environment', () => {
  test('the least that is needed, and the defaults', () => {
    const environment = readEnvironment({ ...GOOD, PATH: '/bin', API_KEY: '' });
    expect(environment).toMatchObject({
      nodeId: 'n1',
      http: { host: '127.0.0.1', port: 4001 },
      ops: null,
      mesh: { host: '127.0.0.1', port: 4101 },
      peers: [{ nodeId: 'n1', host: '127.0.0.1', port: 4101 }],
      raftGroups: 256,
      raftReplicas: 3,
      dataDirectory: '.data/n1',
      flushIntervalMs: 5000,
      apiKey: null,
      jwtIssuers: [],
      jwtAudiences: [],
      jwtLeewayS: 5,
      jwtUserClaim: 'sub',
      jwtRoleClaim: 'role',
      webhookAllowPrivate: false,
      logLevel: 'info',
    });
  });

  test('the operations port is on loopback unless another address is named', () => {
    expect(readEnvironment({ ...GOOD, OPS_PORT: '4301' }).ops).toEqual({
      host: '127.0.0.1',
      port: 4301,
    });
    expect(readEnvironment({ ...GOOD, OPS_PORT: '4301', OPS_HOST: '::' }).ops?.host).toBe('::');
  });

  test('peers with names, IPv6 addresses and spaces', () => {
    const { peers } = readEnvironment({
      ...GOOD,
      CLUSTER_PEERS: THREE.replaceAll(',', ', '),
      CLUSTER_SECRET: SECRET_32,
    });
    expect(peers).toEqual([
      { nodeId: 'n1', host: '127.0.0.1', port: 4101 },
      { nodeId: 'n2', host: 'host-b', port: 4102 },
      { nodeId: 'n3', host: '::1', port: 4103 },
    ]);
  });

  test.each([
    ['NODE_ID', undefined],
    ['NODE_ID', 'Node One'],
    ['PORT', '0'],
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['HOST', 'a host'],
    ['OPS_PORT', '0'],
    ['OPS_PORT', '4001'],
    ['OPS_PORT', '4101'],
    ['MESH_PORT', '4001'],
    ['MESH_HOST', ''.padEnd(300, 'a')],
    ['CLUSTER_PEERS', 'n1'],
    ['CLUSTER_PEERS', 'n1=127.0.0.1'],
    ['CLUSTER_PEERS', 'n1=a:1,n1=b:2'],
    [
      'CLUSTER_PEERS',
      Array.from({ length: 33 }, (_, at) => `n${at}=127.0.0.1:${4101 + at}`).join(),
    ],
    ['NODE_REPLACE_AFTER_MS', '5 min'],
    ['CLUSTER_SECRET', 'x'.repeat(31)],
    ['CLUSTER_SECRET_ALSO', `${'x'.repeat(32)},short`],
    ['CLUSTER_DISCOVERY', 'mesh.example'],
    ['CLUSTER_DISCOVERY', 'dns:'],
    ['CLUSTER_DISCOVERY', 'dns:mesh.example:0'],
    ['CLUSTER_DISCOVERY_DNS_SERVER', 'dns.example'],
    ['CLUSTER_DISCOVERY_DNS_SERVER', '999.0.0.1:53'],
    ['CLUSTER_DISCOVERY_DNS_SERVER', '::1'],
    ['NODE_ZONE', 'zone a'],
    ['NODE_HOST_ID', 'x'.repeat(254)],
    ['SECRET_KEYS', 'a-key-that-is-long-enough,short'],
    ['RAFT_GROUPS', '257'],
    ['RAFT_REPLICAS', '0'],
    ['DATABASE_URL', undefined],
    ['DATABASE_URL', 'mysql://127.0.0.1/x'],
    ['FLUSH_INTERVAL_MS', '5s'],
    ['AUTH_JWT_SECRET', undefined],
    ['AUTH_JWT_SECRET', 'x'.repeat(31)],
    ['AUTH_JWT_ISSUER', 'https://a.example,,https://b.example'],
    ['AUTH_JWT_AUDIENCE', ','],
    ['AUTH_JWT_LEEWAY_S', '301'],
    ['AUTH_JWT_LEEWAY_S', '-1'],
    ['AUTH_JWT_USER_CLAIM', 'user id'],
    ['AUTH_JWT_ROLE_CLAIM', 'x'.repeat(257)],
    ['AUTH_JWKS_URL', 'file:///keys'],
    ['API_KEY', 'x'.repeat(31)],
    ['WEBHOOK_ALLOW_PRIVATE', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ] as const)('%s=%s is refused with its name, meaning and an example', (name, value) => {
    const message = messageOf({ ...GOOD, [name]: value });
    expect(message).toContain(`${name} `);
    expect(message).toContain(VARIABLES[name].meaning);
    expect(message).toContain(`Example: ${VARIABLES[name].example}`);
  });

  test('a node that joins later need not name itself, unless others cannot call it where it listens', () => {
    const environment = { ...GOOD, CLUSTER_PEERS: 'n2=127.0.0.1:4102' };
    expect(readEnvironment({ ...environment, CLUSTER_SECRET: SECRET_32 }).peers).toHaveLength(1);
    expect(messageOf({ ...environment, MESH_HOST: '0.0.0.0' })).toContain(
      'CLUSTER_PEERS must name this node too',
    );
  });

  test('a node is alone on its host, and in no zone, unless it says so', () => {
    const { hostId, zone } = readEnvironment(GOOD);
    expect(hostId).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(zone).toBeNull();
    expect(
      ownDomains(readEnvironment({ ...GOOD, NODE_ZONE: 'eu-1a', NODE_HOST_ID: 'm7' })),
    ).toEqual({ zone: 'eu-1a', hostId: 'm7' });
    expect(ownDomains({ zone: null, hostId: 'm7' })).toEqual({ hostId: 'm7' });
  });

  test.each([
    ['MESH_TLS_CERT', ['MESH_TLS_KEY', 'MESH_TLS_CA']],
    ['MESH_TLS_CA', ['MESH_TLS_CERT', 'MESH_TLS_KEY']],
    ['TLS_KEY', ['TLS_CERT']],
  ] as const)('%s alone is refused, with what is missing', (name, missing) => {
    const message = messageOf({ ...GOOD, [name]: '/etc/fleetlm/x' });
    for (const other of missing) expect(message).toContain(`${other} must be set together with`);
    expect(message).not.toContain(`${name} must be set`);
  });

  test('certificates are files, all of them', () => {
    const { meshCertificate, publicCertificate } = readEnvironment({
      ...GOOD,
      MESH_TLS: 'cert',
      ...{ MESH_TLS_CERT: 'm.crt', MESH_TLS_KEY: 'm.key', MESH_TLS_CA: 'ca.crt' },
      ...{ TLS_CERT: 'p.crt', TLS_KEY: 'p.key' },
    });
    expect(meshCertificate).toEqual({ certificate: 'm.crt', key: 'm.key', authorities: 'ca.crt' });
    expect(publicCertificate).toEqual({ certificate: 'p.crt', key: 'p.key' });
    expect(readEnvironment(GOOD)).toMatchObject({ meshCertificate: null, publicCertificate: null });
  });

  test('how nodes talk is one of three, and certificates are given where they are used', () => {
    expect(readEnvironment(GOOD).meshTls).toBe('psk');
    expect(readEnvironment({ ...GOOD, MESH_TLS: 'off' }).meshTls).toBe('off');
    expect(messageOf({ ...GOOD, MESH_TLS: 'on' })).toContain(
      'MESH_TLS must be one of psk, cert, off',
    );
    expect(messageOf({ ...GOOD, MESH_TLS: 'cert' })).toContain(
      'MESH_TLS_CERT must be set with MESH_TLS=cert',
    );
    const files = { MESH_TLS_CERT: 'm.crt', MESH_TLS_KEY: 'm.key', MESH_TLS_CA: 'ca.crt' };
    expect(messageOf({ ...GOOD, ...files })).toContain(
      'MESH_TLS must be "cert" when MESH_TLS_CERT is set',
    );
  });

  test('with discovery a node announces where it listens, not where the list has it', () => {
    const listed = { ...GOOD, CLUSTER_PEERS: THREE, CLUSTER_SECRET: SECRET_32 };
    const found = { ...listed, CLUSTER_DISCOVERY: 'dns:mesh.example:4101', MESH_PORT: '4101' };
    const own = (environment: Readonly<Record<string, string>>) =>
      ownAddress(readEnvironment(environment)).host;
    expect(own({ ...listed, MESH_HOST: '10.0.0.9' })).toBe('127.0.0.1');
    expect(own({ ...found, MESH_HOST: '10.0.0.9' })).toBe('10.0.0.9');
    expect(own({ ...found, MESH_HOST: '0.0.0.0' })).toBe('127.0.0.1');
    expect(readEnvironment(found).discovery).toEqual({
      name: 'mesh.example',
      port: 4101,
      server: null,
    });
    const server = '[::1]:5353';
    const asked = { ...found, CLUSTER_DISCOVERY: 'dns:mesh', CLUSTER_DISCOVERY_DNS_SERVER: server };
    expect(readEnvironment(asked).discovery).toEqual({ name: 'mesh', port: null, server });
  });

  test('a node with discovery has others, so it needs a secret', () => {
    expect(messageOf({ ...GOOD, CLUSTER_DISCOVERY: 'dns:mesh.example' })).toContain(
      'CLUSTER_SECRET must be set',
    );
  });

  test('secrets of 32 characters, and lists of issuers and audiences', () => {
    expect(
      readEnvironment({
        ...GOOD,
        AUTH_JWT_SECRET: SECRET_32,
        CLUSTER_SECRET: SECRET_32,
        API_KEY: SECRET_32,
        SECRET_KEYS: `${'x'.repeat(16)},${'y'.repeat(8)}`,
        AUTH_JWT_ISSUER: 'https://a.example, https://b.example',
        AUTH_JWT_AUDIENCE: 'fleetlm',
        AUTH_JWT_ROLE_CLAIM: 'app_metadata.role',
      }),
    ).toMatchObject({
      jwtIssuers: ['https://a.example', 'https://b.example'],
      jwtAudiences: ['fleetlm'],
      jwtRoleClaim: 'app_metadata.role',
    });
  });

  test('several nodes need a secret', () => {
    expect(messageOf({ ...GOOD, CLUSTER_PEERS: THREE })).toContain('CLUSTER_SECRET must be set');
  });

  test('everything that is wrong is named at once', () => {
    const message = messageOf({});
    expect(message).toContain('NODE_ID must be set');
    expect(message).toContain('DATABASE_URL must be set');
  });
});
