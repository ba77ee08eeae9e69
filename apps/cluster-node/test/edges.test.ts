import { spawnSync } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import { freePorts } from '@fleetlm/database/free-ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  API_KEY,
  NO_DATABASE,
  spawnNode,
  statusOf,
  TestCluster,
  tokenFor,
} from './support/cluster.ts';

let cluster: TestCluster;
let sessionId: string;

beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1, env: { RAFT_REPLICAS: '1' } });
  sessionId = await cluster.createSession('ann');
});
afterAll(() => cluster.close());

test('who may do what: anonymous, another user, the user, an admin, the API key', async () => {
  const path = `/api/sessions/${sessionId}`;
  const as = async (token: string, method: string, url: string, body?: unknown) =>
    (await cluster.call('n1', method, url, body === undefined ? { token } : { token, body }))
      .status;
  expect(await as('not-a-token', 'GET', path)).toBe(401);
  expect(
    await as(await tokenFor('ann', 'user', 'another-secret-than-the-cluster-has'), 'GET', path),
  ).toBe(401);
  expect(await as(await tokenFor('eve'), 'GET', path)).toBe(404);
  expect(await as(await tokenFor('ann'), 'GET', path)).toBe(200);
  expect(await as(API_KEY, 'GET', path)).toBe(200);
  expect(
    await as(await tokenFor('eve'), 'POST', `${path}/messages`, {
      user_id: 'ann',
      content: { text: 'x' },
    }),
  ).toBeGreaterThanOrEqual(403);
  expect(await as(await tokenFor('ann'), 'GET', '/api/admin/cluster')).toBe(403);
  expect(await as(await tokenFor('root', 'admin'), 'GET', '/api/admin/cluster')).toBe(200);
});

test('bad input is a problem document that names the field', async () => {
  const post = (body: unknown) =>
    cluster.call('n1', 'POST', `/api/sessions/${sessionId}/messages`, { body });
  for (const [body, path] of [
    [{ user_id: 'ann', content: 'text' }, 'content'],
    [{ user_id: 'ann', content: {}, kind: '' }, 'kind'],
    [{ user_id: 'ann', content: {}, surprise: 1 }, 'surprise'],
    [{ user_id: 'ann', content: { text: 'nul \u0000' } }, 'content'],
  ] as const) {
    const { status, body: problem } = await post(body);
    expect(status, JSON.stringify(problem)).toBe(422);
    expect(problem).toMatchObject({ code: 'invalid_request', status: 422, retryable: false });
    expect(JSON.stringify(problem.errors)).toContain(path);
  }
  expect((await post({ user_id: 'ann', content: { text: 'x'.repeat(300_000) } })).status).toBeOneOf(
    [413, 422],
  );
  expect((await cluster.call('n1', 'GET', '/api/nothing')).body).toMatchObject({
    code: 'not_found',
  });
});

test('garbage on the public port and on the mesh port closes that connection and nothing else', async () => {
  const { port, meshPort } = cluster.node('n1');
  for (const target of [port, meshPort]) {
    await new Promise<void>((resolve, reject) => {
      const socket = createConnection({ host: '127.0.0.1', port: target });
      const limit = setTimeout(
        () => reject(new Error(`port ${target} kept the connection`)),
        15_000,
      );
      socket.on('connect', () => socket.write(Buffer.alloc(4096, 0xfe)));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(limit);
        resolve();
      });
      socket.resume();
    });
  }
  expect(await statusOf(`${cluster.node('n1').url}/health/live`)).toBe(200);
  expect((await cluster.call('n1', 'GET', `/api/sessions/${sessionId}`)).status).toBe(200);
});

/** As a container has: what is bound in one can't be seen in another. */
const OTHER_NETWORK = ['unshare', '--map-root-user', '--net'] as const;
const mayUnshare = spawnSync(OTHER_NETWORK[0], [...OTHER_NETWORK.slice(1), 'true']).status === 0;

async function refusedAsSecond(through: readonly string[]): Promise<void> {
  const [port = 0, meshPort = 0] = await freePorts(2);
  const { env, dataDirectory } = cluster.node('n1');
  const second = spawnNode(
    {
      ...env,
      PORT: String(port),
      MESH_PORT: String(meshPort),
      CLUSTER_PEERS: `n1=127.0.0.1:${meshPort}`,
    },
    through,
  );
  expect(await second.exited, second.output()).toBe(78);
  expect(second.output()).toContain(
    `${dataDirectory} is in use by another process; stop that one, or give this one a DATA_DIR of its own`,
  );
  expect(await statusOf(`${cluster.node('n1').url}/health/ready`)).toBe(200);
}

test('a second process on the same data directory is refused', () => refusedAsSecond([]));

// Where the system permits no network namespace there is nothing to be tried.
test.skipIf(!mayUnshare)(
  'a second process in another network, as in a second container, is refused as well',
  () => refusedAsSecond(OTHER_NETWORK),
);

test('a port in use is named, with what to do', async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, '127.0.0.1', () => {
      const address = blocker.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const [meshPort = 0] = await freePorts(1);
  const { env } = cluster.node('n1');
  const node = spawnNode({
    ...env,
    DATA_DIR: `${env.DATA_DIR}-other`,
    PORT: String(port),
    MESH_PORT: String(meshPort),
    CLUSTER_PEERS: `n1=127.0.0.1:${meshPort}`,
  });
  expect(await node.exited).toBe(78);
  expect(node.output()).toContain(String(port));
  blocker.close();
});

test.each([
  [{ NODE_ID: undefined }, 'NODE_ID'],
  [{ NODE_ID: 'Not Allowed' }, 'NODE_ID'],
  [{ PORT: 'eighty' }, 'PORT'],
  [{ DATABASE_URL: undefined }, 'DATABASE_URL'],
  [{ AUTH_JWT_SECRET: undefined }, 'AUTH_JWT_SECRET'],
  [{ API_KEY: 'short' }, 'API_KEY'],
  [{ CLUSTER_PEERS: 'n1=127.0.0.1:1,n2=127.0.0.1:2', CLUSTER_SECRET: undefined }, 'CLUSTER_SECRET'],
  [{ CLUSTER_PEERS: 'n1' }, 'CLUSTER_PEERS'],
  [{ RAFT_GROUPS: '0' }, 'RAFT_GROUPS'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
])('the environment %j stops the start with code 78 and names %s', async (change, name) => {
  const base: Record<string, string | undefined> = {
    ...cluster.node('n1').env,
    DATABASE_URL: NO_DATABASE,
    ...change,
  };
  const env = Object.fromEntries(
    Object.entries(base).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const node = spawnNode(env);
  expect(await node.exited).toBe(78);
  expect(node.output()).toContain(name);
});
