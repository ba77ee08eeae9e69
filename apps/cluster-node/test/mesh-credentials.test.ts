import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';

const IDS = ['n1', 'n2', 'n3'] as const;
const [OLD, NEXT] = [
  'the-old-secret-of-the-cluster-of-this-test',
  'the-new-secret-of-the-cluster-of-this-test',
];

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Writes something, and reads it through every node. */
async function works(cluster: TestCluster, user: string): Promise<void> {
  const session = await cluster.createSession(user);
  for (const id of IDS)
    expect((await cluster.call(id, 'GET', `/api/sessions/${session}`)).status).toBe(200);
}

test('nodes in the midst of a change of CLUSTER_SECRET work together, and one that missed it says so', {
  timeout: 180_000,
}, async () => {
  const cluster = await TestCluster.start({
    env: { SECRET_KEYS: 'what-encrypts-the-signing-secrets' },
    envOf: (id) =>
      id === 'n1'
        ? { CLUSTER_SECRET: OLD, CLUSTER_SECRET_ALSO: NEXT }
        : { CLUSTER_SECRET: NEXT, CLUSTER_SECRET_ALSO: OLD },
  });
  closing.push(() => cluster.close());
  await works(cluster, 'ann');
  await cluster.node('n3').kill('SIGTERM');
  cluster.configure('n3', { CLUSTER_SECRET: OLD, CLUSTER_SECRET_ALSO: '' });
  const { output } = cluster.startNode('n3');
  await expect.poll(output, { timeout: 60_000 }).toContain('the secrets differ');
});

test('nodes with certificates form a cluster, and say when those end', {
  timeout: 120_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-mesh-'));
  closing.push(() => rmSync(directory, { recursive: true }));
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', 'mesh.key', '-out', 'mesh.crt', '-subj', '/CN=mesh', '-days', '30'],
    ],
    { cwd: directory, stdio: 'ignore' },
  );
  const certificate = join(directory, 'mesh.crt');
  const cluster = await TestCluster.start({
    env: {
      MESH_TLS: 'cert',
      MESH_TLS_CERT: certificate,
      MESH_TLS_KEY: join(directory, 'mesh.key'),
      MESH_TLS_CA: certificate,
    },
  });
  closing.push(() => cluster.close());
  await works(cluster, 'ann');
  const { text } = await cluster.text('n1', 'GET', '/metrics');
  const [, endsAt] = /^fleetlm_mesh_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text) ?? [];
  const days = (Number(endsAt) - Date.now() / 1_000) / 86_400;
  expect(Math.round(days)).toBe(30);
  expect(text).not.toMatch(/^fleetlm_public_certificate_expiry_timestamp_seconds /m);
});

test('nodes without TLS form a cluster, each says what that means, and one with TLS stays outside', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ env: { MESH_TLS: 'off' } });
  closing.push(() => cluster.close());
  await works(cluster, 'ann');
  for (const id of IDS)
    expect(cluster.node(id).output()).toContain('connections are not encrypted and prove nothing');
  await cluster.node('n3').kill('SIGTERM');
  cluster.configure('n3', { MESH_TLS: 'psk' });
  const { output } = cluster.startNode('n3');
  await expect.poll(output, { timeout: 60_000 }).toContain('or one without encryption');
  const session = await cluster.createSession('ben');
  expect((await cluster.call('n1', 'GET', `/api/sessions/${session}`)).status).toBe(200);
});
