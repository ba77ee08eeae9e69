import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@fleetlm/database/free-ports';
import { SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { checkAnswer } from './contract.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const LOOPBACK = '127.0.0.1';
const READY_LIMIT_MS = 120_000;
/** Of one REST call; a busy machine takes its while. */
const INSIST_MS = 30_000;
/** Errors that a call meets during an election, or on a busy machine. */
const PASSING: ReadonlySet<string> = new Set(['no_quorum', 'timeout', 'overloaded']);
const CALL_LIMIT_MS = 30_000;
const STATUS_LIMIT_MS = 10_000;
const GROUPS = 16;
/** Nothing listens there: a node has to work without its archive. */
export const NO_DATABASE = `postgresql://no-user:none@${LOOPBACK}:1/none`;

export const JWT_SECRET = 'a-secret-for-tests-of-the-cluster-node';
export const API_KEY = 'an-api-key-for-tests-of-the-cluster-node';

export interface TestNode {
  readonly id: string;
  readonly url: string;
  readonly port: number;
  readonly meshPort: number;
  readonly dataDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  output(): string;
  isRunning(): boolean;
  /** Exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Real processes with real files; everything that it started ends with `close`. */
export class TestCluster {
  readonly #directory = mkdtempSync(join(tmpdir(), 'fleetlm-node-'));
  readonly nodes = new Map<string, TestNode>();
  readonly #env = new Map<string, Readonly<Record<string, string>>>();
  readonly #sockets: Socket[] = [];
  /** How many each node holds: as many as there are, with three nodes and three replicas. */
  readonly groups = GROUPS;

  /** Starts nodes n1..nN and waits until each is ready. */
  static async start(
    options: {
      readonly size?: number;
      readonly env?: Readonly<Record<string, string>>;
      /** Of one node. */
      readonly envOf?: (id: string, at: number) => Readonly<Record<string, string>>;
      /** Its address on the mesh. */
      readonly meshHostOf?: (at: number) => string;
    } = {},
  ): Promise<TestCluster> {
    const cluster = new TestCluster();
    const size = options.size ?? 3;
    const ports = await freePorts(size * 2);
    const ids = Array.from({ length: size }, (_, at) => `n${at + 1}`);
    const { meshHostOf = () => LOOPBACK } = options;
    const peers = ids.map((id, at) => `${id}=${meshHostOf(at)}:${ports[size + at]}`).join(',');
    ids.forEach((id, at) => {
      cluster.#env.set(id, {
        NODE_ID: id,
        PORT: String(ports[at]),
        MESH_PORT: String(ports[size + at]),
        MESH_HOST: meshHostOf(at),
        CLUSTER_PEERS: peers,
        CLUSTER_SECRET: 'a-cluster-secret-for-tests-of-the-node',
        RAFT_GROUPS: String(GROUPS),
        DATA_DIR: join(cluster.#directory, id),
        DATABASE_URL: NO_DATABASE,
        AUTH_JWT_SECRET: JWT_SECRET,
        API_KEY,
        WEBHOOK_ALLOW_PRIVATE: 'true',
        LOG_LEVEL: 'warn',
        ...options.env,
        ...options.envOf?.(id, at),
      });
    });
    try {
      for (const id of ids) cluster.startNode(id);
      await Promise.all(ids.map((id) => cluster.ready(id)));
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** A further node: it names the living ones, and is admitted by them. */
  async join(id: string, env: Readonly<Record<string, string>> = {}): Promise<TestNode> {
    const [port, meshPort] = await freePorts(2);
    const [first] = this.nodes.values();
    if (first === undefined) throw new Error('a cluster has a first node');
    const living = [...this.nodes.values()].filter(({ isRunning }) => isRunning());
    const peers = living.map((node) => `${node.id}=${LOOPBACK}:${node.meshPort}`);
    this.#env.set(id, {
      ...first.env,
      NODE_ID: id,
      PORT: String(port),
      MESH_PORT: String(meshPort),
      CLUSTER_PEERS: [...peers, `${id}=${LOOPBACK}:${meshPort}`].join(','),
      DATA_DIR: join(this.#directory, id),
      ...env,
    });
    return this.startNode(id);
  }

  startNode(id: string): TestNode {
    const env = this.#env.get(id);
    if (env === undefined) throw new Error(`no node ${id}`);
    const node = spawnNode(env);
    this.nodes.set(id, node);
    return node;
  }

  /** For its next start. */
  configure(id: string, env: Readonly<Record<string, string>>): void {
    this.#env.set(id, { ...this.#env.get(id), ...env });
  }

  /** Starts whatever is down, and waits until all are ready. */
  async revive(): Promise<void> {
    for (const { id, isRunning } of this.nodes.values()) if (!isRunning()) this.startNode(id);
    await Promise.all([...this.nodes.keys()].map((id) => this.ready(id)));
  }

  node(id: string): TestNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  async ready(id: string): Promise<void> {
    const node = this.node(id);
    const deadline = performance.now() + READY_LIMIT_MS;
    while ((await statusOf(`${node.url}/health/ready`)) !== 200) {
      if (performance.now() > deadline) {
        const why = await fetch(`${node.url}/health/ready`).then((answer) => answer.text(), String);
        throw new Error(`${id} was not ready: ${why}\n${node.output()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * A REST call with the API key, or as a user. One that only reads is repeated while the cluster says that it can't
   * tell now, as clients do: `once` for what is meant to be refused so.
   */
  call(...call: Parameters<TestCluster['once']>): ReturnType<TestCluster['once']> {
    const [, method] = call;
    if (method !== 'GET') return this.once(...call);
    return this.#repeat(call, ({ body }) => PASSING.has(String(body.code)));
  }

  /** A single REST call. */
  async once(
    id: string,
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly token?: string } = {},
  ): Promise<{
    readonly status: number;
    readonly body: Record<string, never> & { [key: string]: unknown };
  }> {
    const { status, text } = await this.text(id, method, path, options);
    return { status, body: text === '' ? {} : JSON.parse(text) };
  }

  /** A single REST call, and what it is answered as it is. */
  async text(
    id: string,
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly token?: string } = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.node(id).url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${options.token ?? API_KEY}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const text = await response.text();
    checkAnswer(method, path, response.status, text);
    return { status: response.status, text };
  }

  /** A call that may be carried out twice: again while a machine that is busy makes it too late, or a group has no leader. */
  insist(...call: Parameters<TestCluster['once']>): ReturnType<TestCluster['once']> {
    return this.#repeat(call, ({ body }) => body.retryable === true);
  }

  async #repeat(
    call: Parameters<TestCluster['once']>,
    isPassing: (answer: Awaited<ReturnType<TestCluster['once']>>) => boolean,
  ): ReturnType<TestCluster['once']> {
    const deadline = performance.now() + INSIST_MS;
    for (;;) {
      const answer = await this.once(...call);
      if (!isPassing(answer) || performance.now() > deadline) return answer;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** An agent whose work is never due within a test, and a session with it. */
  async createSession(userId: string, agentId = 'quiet'): Promise<string> {
    await this.insist('n1', 'POST', '/api/agents', {
      body: {
        agent: {
          id: agentId,
          name: 'Quiet',
          origin_url: 'http://127.0.0.1:9',
          debounce_window_ms: 60_000,
        },
      },
    });
    const { status, body } = await this.insist('n1', 'POST', '/api/sessions', {
      body: { user_id: userId, agent_id: agentId },
    });
    if (status !== 201)
      throw new Error(`the session was not created: ${status} ${JSON.stringify(body)}`);
    const { session } = body as unknown as { session: { id: string } };
    return session.id;
  }

  async socket(id: string, userId: string): Promise<Socket> {
    const socket = io(this.node(id).url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token: await tokenFor(userId) },
    });
    this.#sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.disconnect();
    await Promise.all([...this.nodes.values()].map((node) => node.kill('SIGKILL')));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A run beside a slow disk hands it down to the nodes. */
function slowDisk(): Readonly<Record<string, string>> {
  const { LD_PRELOAD, TORTURE_DISK_SYNC_MS, UV_USE_IO_URING } = process.env;
  if (LD_PRELOAD === undefined || TORTURE_DISK_SYNC_MS === undefined) return {};
  return { LD_PRELOAD, TORTURE_DISK_SYNC_MS, UV_USE_IO_URING: UV_USE_IO_URING ?? '0' };
}

/** Starts one process of the node with exactly this environment beside the machine's own; `through` other commands. */
export function spawnNode(
  env: Readonly<Record<string, string>>,
  through: readonly string[] = [],
): TestNode {
  const [command = process.execPath, ...args] = [...through, process.execPath, MAIN];
  const child: ChildProcess = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...slowDisk(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const remember = (chunk: Buffer): void => {
    output = `${output}${chunk.toString('utf8')}`.slice(-20_000);
  };
  child.stdout?.on('data', remember);
  child.stderr?.on('data', remember);
  const exited = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => resolve(code)),
  );
  return {
    id: env.NODE_ID ?? '',
    url: `http://${LOOPBACK}:${env.PORT}`,
    port: Number(env.PORT),
    meshPort: Number(env.MESH_PORT),
    dataDirectory: env.DATA_DIR ?? '',
    env,
    output: () => output,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    exited,
    kill: (signal = 'SIGKILL') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
  };
}

export function tokenFor(
  userId: string,
  role: 'user' | 'admin' = 'user',
  secret = JWT_SECRET,
): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(secret));
}

export async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(STATUS_LIMIT_MS) }).catch(
    () => null,
  );
  await response?.body?.cancel();
  return response?.status ?? 0;
}
