import { verifyWebhook } from '@fleetlm/agent';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { openSession } from './support/answers.ts';
import { TestCluster } from './support/cluster.ts';

const TOKEN = 'Bearer a-token-of-the-agent-owner';
let cluster: TestCluster;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1 });
}, 120_000);
afterAll(() => cluster?.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
});
afterEach(() => agent.close());

const hello: FakeAgent['handler'] = (_, response) => stream(response).end(sse(...HELLO));

test('a test call to another origin carries neither the headers nor the signature of the agent', async () => {
  agent.handler = hello;
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const headers = { 'x-key': TOKEN };
  await openSession(cluster, 'tim', { id: 'elsewhere', origin_url, headers, secret });
  const other = new FakeAgent();
  other.handler = hello;
  try {
    const address = await other.listen();
    const body = { origin_url: `${address}/team` };
    const tested = await cluster.call('n1', 'POST', '/api/agents/elsewhere/test', { body });
    expect(tested).toMatchObject({ status: 200, body: { test: { status: 200 } } });
    const [call] = other.calls;
    if (call === undefined) throw new Error('the other origin was not called');
    expect(JSON.stringify(call.headers)).not.toContain(TOKEN);
    expect(() => verifyWebhook({ secret, ...call })).toThrow();
  } finally {
    await other.close();
  }
  const body = { origin_url: `${origin_url}/team` };
  await cluster.call('n1', 'POST', '/api/agents/elsewhere/test', { body });
  const [own] = agent.calls;
  expect(own?.headers['x-key']).toBe(TOKEN);
  expect(own === undefined ? null : verifyWebhook({ secret, ...own }).id).toMatch(/:1$/);
});
