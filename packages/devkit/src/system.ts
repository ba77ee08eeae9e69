import { join } from 'node:path';
import { Part } from './part.ts';
import type { Ports } from './ports.ts';
import { repositoryRoot } from './repository.ts';
import type { Secrets } from './secrets.ts';

export interface SystemOptions {
  readonly ports: Ports;
  readonly dataDirectory: string;
  readonly secrets: Secrets;
  /** The user's own Postgres; null: the embedded one. */
  readonly databaseUrl: string | null;
  /** `dev` reloads on change. */
  readonly mode: 'start' | 'dev';
  readonly onUnexpectedExit: (part: Part, how: string) => void;
}

/** The processes of the whole system by name, none of them started, in the order of starting. */
export interface System {
  readonly parts: ReadonlyMap<string, Part>;
  readonly databaseUrl: string;
  readonly webUrl: string;
  readonly nodeUrls: readonly string[];
  readonly agentUrl: string;
}

/** Where a part of the system listens. */
export const LOOPBACK = '127.0.0.1';

export function assembleSystem(options: SystemOptions): System {
  const { ports, dataDirectory, secrets } = options;
  const databaseUrl =
    options.databaseUrl ?? `postgresql://fleetlm:fleetlm@${LOOPBACK}:${ports.postgres}/fleetlm`;
  const nodeUrls = ports.nodes.map((port) => `http://${LOOPBACK}:${port}`);
  const webUrl = `http://${LOOPBACK}:${ports.web}`;
  const agentUrl = `http://${LOOPBACK}:${ports.agent}`;
  const watch = options.mode === 'dev' ? ['--watch', '--watch-preserve-output'] : [];
  const parts = new Map<string, Part>();
  const add = (
    name: string,
    command: readonly [string, ...string[]],
    folder: string,
    env: Readonly<Record<string, string>>,
  ): void => {
    parts.set(
      name,
      new Part({
        name,
        command,
        cwd: join(repositoryRoot, folder),
        env,
        logDirectory: join(dataDirectory, 'logs'),
        onUnexpectedExit: options.onUnexpectedExit,
      }),
    );
  };
  const node = process.execPath;
  if (options.databaseUrl === null) {
    add('postgres', [node, 'packages/devkit/scripts/postgres.ts'], '.', {
      POSTGRES_PORT: String(ports.postgres),
      POSTGRES_DATA_DIR: join(dataDirectory, 'postgres'),
    });
  }
  const peers = ports.mesh.map((port, index) => `n${index + 1}=${LOOPBACK}:${port}`).join(',');
  ports.nodes.forEach((port, index) => {
    const name = `n${index + 1}`;
    add(name, [node, ...watch, 'src/main.ts'], 'apps/cluster-node', {
      NODE_ID: name,
      PORT: String(port),
      MESH_PORT: String(ports.mesh[index]),
      CLUSTER_PEERS: peers,
      CLUSTER_SECRET: secrets.clusterSecret,
      DATA_DIR: join(dataDirectory, name),
      DATABASE_URL: databaseUrl,
      AUTH_JWT_SECRET: secrets.jwtSecret,
      API_KEY: secrets.apiKey,
      WEBHOOK_ALLOW_PRIVATE: 'true',
    });
  });
  add('agent', [node, ...watch, 'src/main.ts'], 'apps/demo-agent', { PORT: String(ports.agent) });
  const next = join(repositoryRoot, 'node_modules/next/dist/bin/next');
  add(
    'web',
    [
      node,
      next,
      options.mode === 'dev' ? 'dev' : 'start',
      '--port',
      String(ports.web),
      '--hostname',
      LOOPBACK,
    ],
    'apps/web',
    {
      DATABASE_URL: databaseUrl,
      AUTH_JWT_SECRET: secrets.jwtSecret,
      BETTER_AUTH_SECRET: secrets.webSecret,
      BETTER_AUTH_URL: webUrl,
      NODE_URLS: nodeUrls.join(','),
      API_KEY: secrets.apiKey,
      DEMO: '1',
      DEMO_PASSWORD: secrets.demoPassword,
      ADMIN_PASSWORD: secrets.adminPassword,
    },
  );
  return { parts, databaseUrl, webUrl, nodeUrls, agentUrl };
}
