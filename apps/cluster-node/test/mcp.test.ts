import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { API_KEY, TestCluster, tokenFor } from './support/cluster.ts';

let cluster: TestCluster;
const clients: Client[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1 });
});
afterAll(() => cluster.close());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${cluster.node('n1').url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  // The SDK's own class does not fit its interface under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  clients.push(client);
  return client;
}

async function use(client: Client, name: string, input: object) {
  const { content, isError } = await client.callTool({ name, arguments: { ...input } });
  const [first] = content as { readonly text: string }[];
  const text = first?.text ?? '';
  return isError === true ? { error: text } : JSON.parse(text);
}

test('a user’s conversations are listed, read and written by tools, and by no other user', async () => {
  const sessionId = await cluster.createSession('alice');
  const alice = await connect(await tokenFor('alice'));
  const { tools } = await alice.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'list_conversations',
    'read_conversation',
    'search_messages',
    'post_message',
  ]);
  const message = { session_id: sessionId, text: 'Hello', client_message_id: 'm1' };
  expect(await use(alice, 'post_message', message)).toMatchObject({ seq: 1, duplicate: false });
  expect(await use(alice, 'post_message', message)).toMatchObject({ seq: 1, duplicate: true });
  for (let n = 2; n <= 5; n += 1)
    await use(alice, 'post_message', { session_id: sessionId, text: `message ${n}` });
  const listed = await use(alice, 'list_conversations', {});
  expect(listed).toMatchObject({
    conversations: [{ session_id: sessionId, last_seq: 5 }],
    next: null,
  });
  const seqsOf = (page: { messages: { seq: number }[] }) => page.messages.map(({ seq }) => seq);
  const newest = await use(alice, 'read_conversation', { session_id: sessionId, limit: 2 });
  expect([seqsOf(newest), newest.has_more]).toEqual([[4, 5], true]);
  expect(newest.messages[1]).toMatchObject({ text: 'message 5', sender_id: 'alice' });
  const from = { session_id: sessionId, after_seq: 3 };
  expect(seqsOf(await use(alice, 'read_conversation', from))).toEqual([4, 5]);
  const bob = await connect(await tokenFor('bob'));
  expect(await use(bob, 'list_conversations', {})).toMatchObject({ conversations: [] });
  const missing = { error: `there is no session ${sessionId}` };
  expect(await use(bob, 'read_conversation', { session_id: sessionId })).toEqual(missing);
  expect(await use(bob, 'post_message', message)).toEqual(missing);
  expect(await use(bob, 'list_conversations', { user_id: 'alice' })).toEqual({
    error: 'a user acts only for itself',
  });
});

test('with the API key a user is named, and what is wrong is said by its name', async () => {
  await cluster.createSession('carol');
  const operator = await connect(API_KEY);
  expect(await use(operator, 'list_conversations', { user_id: 'carol' })).toMatchObject({
    conversations: [expect.objectContaining({ last_seq: 0 })],
  });
  expect(await use(operator, 'list_conversations', {})).toEqual({
    error: 'user_id is required with the API key',
  });
  for (const [limit, isRefused] of [
    [99, false],
    [100, false],
    [101, true],
  ] as const) {
    const answer = await use(operator, 'list_conversations', { user_id: 'carol', limit });
    expect('error' in answer).toBe(isRefused);
    if (isRefused) expect(answer.error).toContain('limit');
  }
  const search = await use(operator, 'search_messages', { user_id: 'carol', q: 'hello' });
  // There is no archive here.
  expect(search.error).toEqual(expect.stringContaining('archive'));
});

test('without a token, or with what is no message, nothing is served', async () => {
  const { url } = cluster.node('n1');
  const post = (body: unknown, headers: Readonly<Record<string, string>>) =>
    fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  expect((await post(ping, {})).status).toBe(401);
  const authorization = `Bearer ${API_KEY}`;
  expect((await post(ping, { authorization })).status).toBe(200);
  expect((await post({ hello: 'world' }, { authorization })).status).toBe(422);
  expect((await post(ping, { authorization, accept: 'text/html' })).status).toBe(422);
  const refused = await fetch(`${url}/mcp`, { headers: { authorization } });
  expect(refused.status).toBe(405);
  expect(refused.headers.get('allow')).toBe('POST');
  expect(await refused.json()).toMatchObject({ code: 'method_not_allowed' });
});
