import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@fleetlm/database/free-ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestArchive } from './support/archive.ts';
import { API_KEY, JWT_SECRET, statusOf } from './support/cluster.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const LOOPBACK = '127.0.0.1';
/** The number of the account without rights, as most systems have it. */
const UNPRIVILEGED = 65_534;
const READY_LIMIT_MS = 120_000;
/** What a start is meant to take on a machine that has a core to spare. Reported, not asserted: tests share their cores. */
const START_AIM_MS = 2_000;

interface StartedNode {
  readonly id: string;
  readonly url: string;
  readonly child: ChildProcess;
  /** From its start until it answered. */
  readonly liveAfterMs: number;
  output(): string;
}

const isRoot = process.getuid?.() === 0;
const asUnprivileged = isRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

let directory: string;
let artefact: string;
let node: string;
let archive: TestArchive;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fleetlm-artefact-'));
  // Made for its owner alone, where an unprivileged user could not even read.
  chmodSync(directory, 0o755);
  const built = execFileSync(
    process.execPath,
    [join(REPOSITORY, 'packages/devkit/scripts/dist.ts'), 'node', '--directory', directory],
    { cwd: REPOSITORY, encoding: 'utf8' },
  ).trim();
  rmSync(built.replace(/\.tgz$/, ''), { recursive: true });
  execFileSync('tar', ['-xzf', built, '-C', directory]);
  artefact = built.replace(/\.tgz$/, '');
  // The repository and its Node may be where that user cannot look.
  node = join(directory, 'node');
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  withoutWriting(artefact);
  archive = await TestArchive.start();
});

afterAll(async () => {
  const ended = children.map((child) => exitOf(child));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
  await archive?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Nothing in the artefact may be written, even by the user whose it is. */
function withoutWriting(path: string): void {
  execFileSync('chmod', ['-R', 'a-w,a+rX', path]);
}

function filesOf(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function start(
  program: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ChildProcess {
  const child = spawn(node, [join(artefact, program), ...args], {
    cwd: directory,
    // Exactly this: no PATH, no HOME, nothing that points at the repository.
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...asUnprivileged,
  });
  children.push(child);
  return child;
}

async function startNode(env: Readonly<Record<string, string>>): Promise<StartedNode> {
  const dataDirectory = join(directory, `data-${env.NODE_ID}`);
  mkdirSync(dataDirectory);
  if (isRoot) chownSync(dataDirectory, UNPRIVILEGED, UNPRIVILEGED);
  const startedAt = performance.now();
  const variables = { ...env, DATA_DIR: dataDirectory };
  // Both ways to start a node, which are one program.
  const child =
    env.NODE_ID === 'n3' ? start('bin/fleetlm', variables, ['start']) : start('main.js', variables);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const url = `http://${LOOPBACK}:${env.PORT}`;
  await until(
    `${env.NODE_ID} is live`,
    () => statusOf(`${url}/health/live`),
    () => output,
  );
  const liveAfterMs = performance.now() - startedAt;
  return { id: env.NODE_ID ?? '', url, child, liveAfterMs, output: () => output };
}

async function until(
  what: string,
  status: () => Promise<number>,
  output: () => string,
): Promise<void> {
  await expect
    .poll(status, { timeout: READY_LIMIT_MS, interval: 20 })
    .toBe(200)
    .catch((error: unknown) => {
      throw new Error(`${what}: not within ${READY_LIMIT_MS} ms\n${output()}`, { cause: error });
    });
}

async function call(
  { url }: StartedNode,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${API_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: await response.json() };
}

async function sessionFor(node: StartedNode): Promise<string> {
  const body = { user_id: 'ann', agent_id: 'guide' };
  let id = '';
  await expect
    .poll(async () => {
      const answer = await call(node, 'POST', '/api/sessions', body);
      if (answer.status === 201) ({ id } = (answer.body as { session: { id: string } }).session);
      return answer.status;
    })
    .toBe(201);
  return id;
}

test('three nodes from the artefact alone, unprivileged and without a writable file system, store, deliver and archive a message', async () => {
  const before = filesOf(artefact);
  const ports = await freePorts(6);
  const ids = ['n1', 'n2', 'n3'];
  const peers = ids.map((id, at) => `${id}=${LOOPBACK}:${ports[at + 3]}`).join(',');
  const nodes = await Promise.all(
    ids.map((id, at) =>
      startNode({
        NODE_ID: id,
        PORT: String(ports[at]),
        MESH_PORT: String(ports[at + 3]),
        CLUSTER_PEERS: peers,
        CLUSTER_SECRET: 'a-cluster-secret-for-tests-of-the-artefact',
        RAFT_GROUPS: '16',
        DATABASE_URL: archive.url,
        FLUSH_INTERVAL_MS: '100',
        AUTH_JWT_SECRET: JWT_SECRET,
        API_KEY,
        WEBHOOK_ALLOW_PRIVATE: 'true',
        LOG_LEVEL: 'warn',
      }),
    ),
  );
  for (const { id, url, output } of nodes)
    await until(`${id} is ready`, () => statusOf(`${url}/health/ready`), output);
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new Error('three nodes were started');

  const [agentPort] = await freePorts(1);
  start('demo-agent.js', { PORT: String(agentPort) });
  const agentUrl = `http://${LOOPBACK}:${agentPort}`;
  await until(
    'the demo agent answers',
    () => statusOf(`${agentUrl}/health`),
    () => '',
  );
  const agent = { id: 'guide', name: 'Guide', origin_url: agentUrl, debounce_window_ms: 0 };
  // Registered already, where a busy machine did not answer the first call in time.
  await expect
    .poll(async () => (await call(first, 'POST', '/api/agents', { agent })).status)
    .toSatisfy((status: number) => status === 201 || status === 409);
  const session = await sessionFor(first);
  const messages = `/api/sessions/${session}/messages`;
  // The same message again, where a busy machine did not answer in time: it is stored once.
  const message = { user_id: 'ann', client_message_id: 'first', content: { text: 'hello' } };
  await expect
    .poll(() => call(second, 'POST', messages, message))
    .toMatchObject({ body: { message: { seq: 1 } } });
  // The agent's reply, through every part that the artefact has.
  await expect
    .poll(async () => (await call(first, 'GET', `${messages}?after_seq=0`)).body)
    .toMatchObject({ messages: [{ content: { text: 'hello' } }, { seq: 2 }] });
  await expect
    .poll(() => archive.sql('SELECT seq FROM messages WHERE session_id = $1 ORDER BY seq', session))
    .toHaveLength(2);

  const command = start('bin/fleetlm', { FLEETLM_TOKEN: API_KEY }, ['status', '--url', first.url]);
  let printed = '';
  command.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  expect(await exitOf(command)).toBe(0);
  for (const { id } of nodes) expect(printed).toMatch(new RegExp(`^${id} +up`, 'm'));

  const healthcheck = start('healthcheck.js', { PORT: String(ports[0]) });
  expect(await exitOf(healthcheck)).toBe(0);
  // A graceful stop, as a supervisor asks for it.
  for (const { child } of nodes) child.kill('SIGTERM');
  expect(await Promise.all(nodes.map(({ child }) => exitOf(child)))).toEqual([0, 0, 0]);
  expect(filesOf(artefact)).toEqual(before);
  const times = nodes.map(({ id, liveAfterMs }) => `${id} ${liveAfterMs.toFixed(0)} ms`);
  console.log(`live after ${times.join(', ')} (three at once; the aim is ${START_AIM_MS} ms)`);
});

test('says what it is, holds no TypeScript and no tool that only development needs', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(artefact, 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({
    name: 'fleetlm-node',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    platform: `${process.platform}-${process.arch}`,
    commands: { 'main.js': expect.any(String) },
  });
  const files = filesOf(artefact);
  expect(files.filter((file) => /(?<!\.d)\.(ts|tsx|mts|cts)$/.test(file))).toEqual([]);
  expect(
    files.filter((file) => /node_modules\/(typescript|vitest|ai|@biomejs)\//.test(file)),
  ).toEqual([]);
  expect(files).toContain('THIRD-PARTY-LICENSES.txt');
  expect(files.filter((file) => file.endsWith('migration.sql')).length).toBeGreaterThan(0);
});

test('a wrong environment ends with code 78 and names the variable', async () => {
  const child = start('main.js', {});
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  expect(await exitOf(child)).toBe(78);
  expect(output).toContain('NODE_ID must be set');
});
