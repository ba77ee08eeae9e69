import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { NodePool } from './node-request.ts';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

async function node(
  status: number,
  body: unknown,
  onRequest: () => void = () => {},
): Promise<string> {
  const server = createServer((_, response) => {
    onRequest();
    if (status === 0) response.destroy();
    else
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  servers.push(server);
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const READ = { path: '/api/agents', method: 'GET', bearer: 'k' };

/** The address of a node that was there and is gone. */
async function deadNode(): Promise<string> {
  const url = await node(200, null);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return url;
}

test('the next node is asked when one is down, breaks off or has no quorum', async () => {
  const nodes = [
    await deadNode(),
    await node(0, null),
    await node(503, { code: 'no_quorum' }),
    await node(200, { agents: [] }),
  ];
  expect(await new NodePool(nodes).request(READ)).toMatchObject({
    kind: 'answered',
    status: 200,
    body: { agents: [] },
  });
});

test('what may have been carried out is not sent to another node', async () => {
  let seen = 0;
  const nodes = [
    await deadNode(),
    await node(0, null, () => seen++),
    await node(201, {}, () => seen++),
  ];
  const answer = await new NodePool(nodes).request({ ...READ, method: 'POST', body: {} });
  expect(answer).toEqual({ kind: 'unreachable' });
  expect(seen).toBe(1);
});

test('after a node that does not answer, the next request goes to another one', async () => {
  const nodes = [await node(0, null), await node(201, { ok: true })];
  const pool = new NodePool(nodes);
  const write = { ...READ, method: 'POST', body: {} };
  expect(await pool.request(write)).toEqual({ kind: 'unreachable' });
  expect(await pool.request(write)).toMatchObject({ kind: 'answered', status: 201 });
});

test('what changes nothing is asked elsewhere, whatever its method', async () => {
  const nodes = [await node(0, null), await node(200, { plan: {} })];
  const answer = await new NodePool(nodes).request({
    ...READ,
    method: 'POST',
    body: {},
    changesNothing: true,
  });
  expect(answer).toMatchObject({ kind: 'answered', status: 200 });
});

test('no node at all is said so', async () => {
  expect(await new NodePool([await deadNode()]).request(READ)).toEqual({ kind: 'unreachable' });
});
