import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { FleetClient } from '@fleetlm/client';
import { createdBlobSchema, type WebhookRequest, webhookRequestSchema } from '@fleetlm/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster, tokenFor } from './support/cluster.ts';

/** A picture of an ordinary phone is larger than a message may be. */
const PHOTO = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.alloc(3_000_000, 'photo'),
]);

let cluster: TestCluster;
/** What the agent was sent. */
const calls: WebhookRequest[] = [];
const agent = createServer((request, response) => {
  void json(request).then((body) => {
    calls.push(webhookRequestSchema.parse(body));
    response.setHeader('content-type', 'text/plain').end('A picture.');
  });
});
const scanned: string[] = [];
const scanner = createServer((request, response) => {
  scanned.push(decodeURIComponent(String(request.headers['x-file-name'])));
  request.resume().once('end', () => {
    response.end(JSON.stringify({ clean: scanned.at(-1) !== 'virus.txt', reason: 'a virus' }));
  });
});

beforeAll(async () => {
  cluster = await TestCluster.start({
    env: {
      BLOB_SCAN_URL: await listening(scanner),
      // Longer than a busy machine takes from an upload to its message.
      BLOB_ORPHAN_MS: '15000',
      BLOB_SWEEP_MS: '500',
      BLOB_USER_MIB_MAX: '16',
      PUBLIC_URL: 'https://chat.example.com/',
    },
  });
  const registration = {
    ...{ id: 'seeing', name: 'Seeing', adapter: 'text' },
    origin_url: await listening(agent),
    debounce_window_ms: 0,
  };
  await cluster.insist('n1', 'POST', '/api/agents', { body: { agent: registration } });
});
afterAll(async () => {
  await cluster.close();
  agent.close();
  scanner.close();
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** A client of one node, as a page would have it. */
async function clientOf(node: string, userId: string): Promise<FleetClient> {
  const token = await tokenFor(userId);
  return new FleetClient({ nodes: [cluster.node(node).url], userId, token: async () => token });
}

async function conversation(userId: string, agentId = 'seeing'): Promise<string> {
  await cluster.createSession(userId);
  const { body } = await cluster.insist('n1', 'POST', '/api/sessions', {
    body: { user_id: userId, agent_id: agentId },
  });
  return (body as unknown as { session: { id: string } }).session.id;
}

async function upload(client: FleetClient, sessionId: string, name = 'photo.jpg', bytes = PHOTO) {
  const type = name.endsWith('.jpg') ? 'image/jpeg' : 'text/plain';
  const result = await client.files.upload(
    sessionId,
    new File([new Uint8Array(bytes)], name, { type }),
  );
  if (!result.ok) throw new Error(result.error.message);
  return { part: result.part, id: result.part.url.split(':')[1] ?? '' };
}

async function post(sessionId: string, userId: string, parts: readonly object[]) {
  const body = { user_id: userId, content: { parts } };
  const answer = await cluster.insist('n1', 'POST', `/api/sessions/${sessionId}/messages`, {
    body,
  });
  expect(answer.status).toBe(201);
}

/** Nodes that have the file on disk. */
function nodesWith(blobId: string): readonly string[] {
  return ['n1', 'n2', 'n3'].filter((id) => {
    const files = join(cluster.node(id).dataDirectory, 'blobs', 'files');
    return (
      existsSync(files) &&
      readdirSync(files, { recursive: true }).some((path) => String(path).endsWith(blobId))
    );
  });
}

async function download(client: FleetClient, sessionId: string, id: string) {
  const link = await client.files.link(sessionId, id);
  if (!link.ok) throw new Error(link.error.message);
  return fetch(link.url);
}

test('a photo is uploaded, referred to, read by its user through any node and by the agent through its link', async () => {
  const sessionId = await conversation('ann');
  const client = await clientOf('n1', 'ann');
  const { part, id } = await upload(client, sessionId);
  await post(sessionId, 'ann', [{ type: 'text', text: 'What is this?' }, part]);
  expect(part).toMatchObject({ type: 'file', mediaType: 'image/jpeg', filename: 'photo.jpg' });
  expect(nodesWith(id)).toEqual(['n1', 'n2', 'n3']);
  for (const node of ['n1', 'n2', 'n3']) {
    const response = await download(await clientOf(node, 'ann'), sessionId, id);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(Buffer.from(await response.arrayBuffer()).equals(PHOTO)).toBe(true);
  }
  await expect.poll(() => calls.length).toBe(1);
  const url = String(calls[0]?.messages[0]?.parts[1]?.url);
  expect(url).toMatch(/^https:\/\/chat\.example\.com\/api\/blobs\?token=/);
  const { pathname, search } = new URL(url);
  const read = await fetch(`${cluster.node('n2').url}${pathname}${search}`, {
    headers: { range: 'bytes=0-3' },
  });
  expect(read.status).toBe(206);
  expect(Buffer.from(await read.arrayBuffer())).toEqual(PHOTO.subarray(0, 4));
  // The log has the name of the file, and neither its bytes nor its address.
  const history = async () =>
    (await cluster.call('n2', 'GET', `/api/sessions/${sessionId}/messages`)).body.messages;
  await expect
    .poll(history)
    .toMatchObject([
      { content: { parts: [{ type: 'text' }, { url: `fleetlm-blob:${id}` }] } },
      { kind: 'assistant' },
    ]);
  expect(scanned).toContain('photo.jpg');
});

test('another user sees no file, and no link survives a change', async () => {
  const sessionId = await conversation('ann', 'quiet');
  const client = await clientOf('n1', 'ann');
  const { id, part } = await upload(client, sessionId, 'note.txt', Buffer.from('private'));
  await post(sessionId, 'ann', [part]);
  const bob = await clientOf('n1', 'bob');
  expect(await bob.files.link(sessionId, id)).toMatchObject({
    ok: false,
    error: { code: 'not_found' },
  });
  // Of a conversation of his own he gets a link, and nothing behind it.
  const own = await conversation('bob', 'quiet');
  expect((await download(bob, own, id)).status).toBe(404);
  const link = await client.files.link(sessionId, id);
  if (!link.ok) throw new Error('no link');
  expect((await fetch(link.url.replace(/.$/, 'x.y'))).status).toBe(403);
  expect((await fetch(link.url)).status).toBe(200);
});

test('what the scanner, the size or the quota refuses is said in words and is not stored', async () => {
  const sessionId = await conversation('ann', 'quiet');
  const client = await clientOf('n2', 'ann');
  const virus = new File(['x'], 'virus.txt', { type: 'text/plain' });
  expect(await client.files.upload(sessionId, virus)).toMatchObject({
    ok: false,
    error: { code: 'invalid_request', message: expect.stringContaining('a virus') },
  });
  const fake = new File(['no picture'], 'fake.jpg', { type: 'image/jpeg' });
  expect(await client.files.upload(sessionId, fake)).toMatchObject({
    ok: false,
    error: { code: 'invalid_request' },
  });
  const create = (bytes: number) =>
    cluster.call('n3', 'POST', `/api/sessions/${sessionId}/blobs`, {
      body: { name: 'a', media_type: 'a/b', bytes },
    });
  expect((await create(26_214_401)).status).toBe(413);
  expect((await create(0)).status).toBe(422);
  // 16 MiB are allowed to one user.
  expect((await create(16 * 1024 * 1024)).status).toBe(409);
});

test('a file goes with its conversation, and one that no message refers to goes by itself', async () => {
  const sessionId = await conversation('eve', 'quiet');
  const client = await clientOf('n3', 'eve');
  const text = Buffer.from('words');
  const orphan = await upload(client, sessionId, 'orphan.txt', text);
  const kept = await upload(client, sessionId, 'kept.txt', text);
  await post(sessionId, 'eve', [kept.part]);
  await expect.poll(() => nodesWith(orphan.id)).toEqual([]);
  expect(nodesWith(kept.id)).toEqual(['n1', 'n2', 'n3']);
  const token = await tokenFor('eve');
  const erased = await cluster.insist('n1', 'POST', `/api/sessions/${sessionId}/erase`, { token });
  expect(erased.status).toBe(204);
  expect(nodesWith(kept.id)).toEqual([]);
});

test('an upload that was begun before its conversation was erased stores nothing', async () => {
  const sessionId = await conversation('eve', 'quiet');
  const { body } = await cluster.call('n1', 'POST', `/api/sessions/${sessionId}/blobs`, {
    body: { name: 'a', media_type: 'text/plain', bytes: 1 },
  });
  const { upload: begun, blob } = createdBlobSchema.parse(body);
  await cluster.insist('n1', 'POST', `/api/sessions/${sessionId}/erase`);
  const answer = await fetch(new URL(begun.url, cluster.node('n2').url), {
    method: begun.method,
    headers: begun.headers,
    body: 'x',
  });
  expect(answer.status).toBe(404);
  expect(nodesWith(blob.id)).toEqual([]);
});

test('a node that is lost takes no file with it, and one that comes back gets those it missed', async () => {
  const sessionId = await conversation('ann', 'quiet');
  await cluster.node('n3').kill('SIGKILL');
  const client = await clientOf('n1', 'ann');
  const { id, part } = await upload(client, sessionId, 'missed.txt', Buffer.from('missed'));
  await post(sessionId, 'ann', [part]);
  expect(nodesWith(id)).toEqual(['n1', 'n2']);
  await cluster.revive();
  await expect.poll(() => nodesWith(id)).toEqual(['n1', 'n2', 'n3']);
  // The node that took the upload is lost: the others have it.
  await cluster.node('n1').kill('SIGKILL');
  const response = await download(await clientOf('n3', 'ann'), sessionId, id);
  expect(await response.text()).toBe('missed');
  await cluster.revive();
});
