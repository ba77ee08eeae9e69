import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { readOverRest } from './read-over-rest.ts';
import { message } from './testing.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function node(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const answering =
  (status: number, body: object, seen: string[] = []): RequestListener =>
  (request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  };

const token = async () => 'good';
const PAGE = { messages: [message(1), message(2)], last_seq: 9, has_more: false };
const NOWHERE = 'http://127.0.0.1:9';

test('a page comes from the first node that has it, with the token', async () => {
  const seen: string[] = [];
  const busy = await node(answering(503, { detail: 'no quorum', retryable: true }));
  const nodes = [NOWHERE, busy, await node(answering(200, PAGE, seen))];
  const messages = await readOverRest({ nodes, token })('s', 3, 50);
  expect(messages.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(seen).toEqual(['/api/sessions/s/messages?before_seq=3&limit=50 Bearer good']);
});

test('a refusal that every node would give is reported at once', async () => {
  const seen: string[] = [];
  const refusing = await node(answering(404, { detail: 'there is no session s' }));
  const nodes = [refusing, await node(answering(200, PAGE, seen))];
  await expect(readOverRest({ nodes, token })('s', 3, 50)).rejects.toThrow('no session s');
  expect(seen).toEqual([]);
});

test('no node, no user signed in, an answer that is none: each rejects', async () => {
  await expect(readOverRest({ nodes: [NOWHERE], token })('s', 3, 50)).rejects.toThrow();
  const signedOut = readOverRest({ nodes: [NOWHERE], token: async () => null });
  await expect(signedOut('s', 3, 50)).rejects.toThrow('No user is signed in');
  const odd = await node(answering(200, { messages: [{ seq: 1 }] }));
  await expect(readOverRest({ nodes: [odd], token })('s', 3, 50)).rejects.toThrow('status 200');
});
