import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePorts } from '@fleetlm/database/free-ports';
import type { Credentials } from './credentials.ts';

const NODES = 3;
const READY_LIMIT_MS = 60_000;
const LOOPBACK = '127.0.0.1';

/** A cluster of three processes with its own Postgres and data, gone when it is closed. */
export interface OwnCluster {
  readonly targets: readonly string[];
  readonly credentials: Credentials;
  readonly databaseUrl: string;
  /** Takes Postgres away, and gives it back with what it had. */
  stopPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  close(): Promise<void>;
}

export async function startOwnCluster(
  nodeMain: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-bench-'));
  const credentials = {
    jwtSecret: randomBytes(32).toString('base64url'),
    apiKey: randomBytes(32).toString('base64url'),
  };
  const [postgresPort = 0, ...ports] = await freePorts(1 + NODES * 2);
  const publicPorts = ports.slice(0, NODES);
  const meshPorts = ports.slice(NODES);
  const openPostgres = (): Promise<RunningPostgres> =>
    startEmbeddedPostgres({ directory: join(directory, 'postgres'), port: postgresPort });
  let postgres = await openPostgres();
  const databaseUrl = postgres.url;
  const peers = meshPorts.map((port, index) => `n${index + 1}=${LOOPBACK}:${port}`).join(',');
  const clusterSecret = randomBytes(32).toString('base64url');
  const children = publicPorts.map((port, index) =>
    spawn(process.execPath, [nodeMain], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        NODE_ID: `n${index + 1}`,
        PORT: String(port),
        MESH_PORT: String(meshPorts[index]),
        CLUSTER_PEERS: peers,
        CLUSTER_SECRET: clusterSecret,
        DATA_DIR: join(directory, `n${index + 1}`),
        DATABASE_URL: databaseUrl,
        AUTH_JWT_SECRET: credentials.jwtSecret,
        API_KEY: credentials.apiKey,
        LOG_LEVEL: 'warn',
        ...settings,
      },
    }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(children.map(stopped));
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const targets = publicPorts.map((port) => `http://${LOOPBACK}:${port}`);
  try {
    await Promise.all(targets.map(ready));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    targets,
    credentials,
    databaseUrl,
    stopPostgres: () => postgres.stop(),
    startPostgres: async () => {
      postgres = await openPostgres();
    },
    close,
  };
}

async function ready(target: string): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const response = await fetch(`${target}/health/ready`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    if (performance.now() > deadline) throw new Error(`${target} was not ready within 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
