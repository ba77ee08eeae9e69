import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { FleetClient } from '@fleetlm/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster, tokenFor } from './support/cluster.ts';
import { type Prompt, SdkAgent, say } from './support/sdk-agent.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-s3-'));
const agent = new SdkAgent();
let cluster: TestCluster;
let server: S3rver;

beforeAll(async () => {
  server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    // It signs the path of a bucket without the slash that was sent, unlike S3; the store's own tests compare signatures.
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: 'files' }],
  });
  const { port } = await server.run();
  cluster = await TestCluster.start({
    env: {
      BLOB_S3_ENDPOINT: `http://127.0.0.1:${port}/files`,
      BLOB_S3_ACCESS_KEY: 'S3RVER',
      BLOB_S3_SECRET_KEY: 'S3RVER',
      // Longer than a busy machine takes from an upload to its message.
      BLOB_ORPHAN_MS: '10000',
      BLOB_SWEEP_MS: '500',
    },
  });
});
afterAll(async () => {
  await cluster.close();
  agent.close();
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

test('files in an object store are read through any node, and go with their conversation or by themselves', async () => {
  const sessionId = await cluster.createSession('ann');
  const token = await tokenFor('ann');
  const clientOf = (node: string) =>
    new FleetClient({
      nodes: [cluster.node(node).url],
      userId: 'ann',
      token: async () => token,
    });
  const upload = async (name: string) => {
    const { files } = clientOf('n1');
    const result = await files.upload(sessionId, new File([name], name, { type: 'text/plain' }));
    if (!result.ok) throw new Error(result.error.message);
    return { part: result.part, id: result.part.url.split(':')[1] ?? '' };
  };
  const read = async (node: string, id: string) => {
    const link = await clientOf(node).files.link(sessionId, id);
    if (!link.ok) throw new Error(link.error.message);
    const response = await fetch(link.url);
    return `${response.status} ${response.ok ? await response.text() : ''}`;
  };
  const orphan = await upload('orphan.txt');
  const kept = await upload('kept.txt');
  const body = { user_id: 'ann', content: { parts: [kept.part] } };
  await cluster.insist('n2', 'POST', `/api/sessions/${sessionId}/messages`, { body });
  for (const node of ['n1', 'n2', 'n3']) expect(await read(node, kept.id)).toBe('200 kept.txt');
  await expect.poll(() => read('n2', orphan.id)).toBe('404 ');
  expect(await read('n3', kept.id)).toBe('200 kept.txt');
  const signed = await clientOf('n1').files.link(sessionId, kept.id);
  if (!signed.ok) throw new Error(signed.error.message);
  await cluster.insist('n3', 'POST', `/api/sessions/${sessionId}/erase`, { token });
  // Links that were signed before lead nowhere.
  expect((await fetch(signed.url)).status).toBe(404);
});

test('an AI SDK route handler that can not reach the store from outside is sent the bytes', async () => {
  const origin_url = await agent.listen();
  const registration = { id: 'seeing', name: 'Seeing', origin_url, debounce_window_ms: 0 };
  await cluster.insist('n1', 'POST', '/api/agents', { body: { agent: registration } });
  const sessionId = await cluster.createSession('eve', 'seeing');
  const token = await tokenFor('eve');
  const client = new FleetClient({
    nodes: [cluster.node('n2').url],
    userId: 'eve',
    token: async () => token,
  });
  const pdf = new File(['%PDF-1.7\n'], 'a.pdf', { type: 'application/pdf' });
  const uploaded = await client.files.upload(sessionId, pdf);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const prompts: Prompt[] = [];
  agent.script = (prompt) => {
    prompts.push(prompt);
    return say('A page.');
  };
  const body = { user_id: 'eve', content: { parts: [uploaded.part] } };
  await cluster.insist('n1', 'POST', `/api/sessions/${sessionId}/messages`, { body });
  const history = async () =>
    (await cluster.call('n3', 'GET', `/api/sessions/${sessionId}/messages`)).body.messages;
  await expect
    .poll(history)
    .toMatchObject([
      { content: { parts: [{ url: uploaded.part.url }] } },
      { kind: 'assistant', metadata: { termination: 'finish' } },
    ]);
  expect(JSON.stringify(prompts)).toContain('application/pdf');
});
