import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  EXAMPLES,
  type Example,
  hasRuntime,
  type RunningExample,
  startExample,
} from '../../../examples/start-example.ts';
import { TestCluster, tokenFor } from './support/cluster.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ANSWER_LIMIT_MS = 20_000;

let cluster: TestCluster;
const running: RunningExample[] = [];
beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1 });
});
afterAll(async () => {
  await Promise.all(running.map((example) => example.stop()));
  await cluster.close();
});

/** Registers an example, starts a conversation with it, and says something. */
async function converse(example: Example): Promise<string> {
  const started = await startExample(example, SECRET);
  running.push(started);
  const { origin, pathname } = new URL(started.url);
  const agent = {
    id: example.name,
    name: example.name,
    origin_url: origin,
    webhook_path: pathname,
    debounce_window_ms: 0,
    secret: SECRET,
  };
  expect(await cluster.call('n1', 'POST', '/api/agents', { body: { agent } })).toMatchObject({
    status: 201,
  });
  const user = { user_id: 'alice' };
  const { body } = await cluster.call('n1', 'POST', '/api/sessions', {
    body: { ...user, agent_id: example.name },
  });
  const { session } = body as unknown as { session: { id: string } };
  const message = { ...user, content: { text: 'Grüße 👋' } };
  await cluster.call('n1', 'POST', `/api/sessions/${session.id}/messages`, { body: message });
  return session.id;
}

interface Answer {
  readonly kind: string;
  readonly content: {
    readonly parts: readonly { readonly type: string; readonly text?: string }[];
  };
  readonly metadata: { readonly termination: string };
}

async function answerIn(sessionId: string): Promise<Answer> {
  const token = await tokenFor('alice');
  const deadline = performance.now() + ANSWER_LIMIT_MS;
  for (;;) {
    const { body } = await cluster.call('n1', 'GET', `/api/sessions/${sessionId}/messages`, {
      token,
    });
    const { messages } = body as unknown as { messages: readonly Answer[] };
    const answer = messages.find(({ kind }) => kind === 'assistant');
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`no answer in ${sessionId}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const example of EXAMPLES) {
  if (!hasRuntime(example)) {
    console.warn(`${example.command[0]} is not on this machine: ${example.name} was NOT tested`);
    continue;
  }
  test(`${example.name} answers a person through the cluster`, async () => {
    const answer = await answerIn(await converse(example));
    const text = answer.content.parts.map((part) => part.text ?? '').join('');
    expect([text.trim(), answer.metadata.termination]).toEqual(['You said: Grüße 👋', 'finish']);
  });
}
