import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  delta,
  FakeAgent,
  HELLO,
  OPENING,
  sse,
  stream,
} from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession } from './support/answers.ts';
import { TestCluster } from './support/cluster.ts';

/** A thousand turns with an agent that fails at random, while every node is killed once. */
const SESSIONS = 40;
const TURNS = 25;
const NODES = ['n1', 'n2', 'n3'] as const;
/** Work that has failed is asked for again, as a person would. */
const RETRY_AFTER_MS = 3_000;

const agent = new FakeAgent();
let cluster: TestCluster;

beforeAll(async () => {
  await agent.listen();
  cluster = await TestCluster.start();
});
afterAll(async () => {
  await cluster.close();
  await agent.close();
});

const seed = Date.now() % 1_000_000;
let random = seed;
function next(bound: number): number {
  random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
  return (random >>> 8) % bound;
}

const answers: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(503).end(),
  (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
  (response) => response.destroy(),
  (response) => stream(response).end(sse({ type: 'error', errorText: 'no luck' })),
  (response) => stream(response).write(sse(...OPENING, delta('half')), () => response.destroy()),
  // Nothing at all, until the limit of the first byte.
  () => undefined,
];

function answer(response: ServerResponse): void {
  const choice = next(30);
  const misbehaviour = answers[choice];
  if (misbehaviour !== undefined) misbehaviour(response);
  else if (choice % 2 === 0) stream(response).end(sse(...HELLO));
  else {
    stream(response).write(sse(...HELLO.slice(0, 3)));
    setTimeout(() => response.end(sse(...HELLO.slice(3))), next(150));
  }
}

let down = '';
let turnsDone = 0;

/** Through any node that is up, until it is done: what every client does. */
async function insistently<T>(ask: (through: string) => Promise<T | null>): Promise<T> {
  for (let number = next(3); ; number += 1) {
    const through = NODES[number % NODES.length] ?? 'n1';
    const done = through === down ? null : await ask(through).catch(() => null);
    if (done !== null) return done;
    await new Promise((resolve) => setTimeout(resolve, 40 + next(40)));
  }
}

async function converse(sessionId: string, userId: string): Promise<void> {
  const path = `/api/sessions/${sessionId}`;
  for (let turn = 1; turn <= TURNS; turn += 1) {
    const body = {
      user_id: userId,
      content: { text: `turn ${turn}` },
      client_message_id: `turn-${turn}`,
    };
    const seq = await insistently(async (through) => {
      const sent = await cluster.call(through, 'POST', `${path}/messages`, { body });
      const { message } = sent.body as unknown as { message?: { seq: number } };
      return message?.seq ?? null;
    });
    let askAgainAt = performance.now() + RETRY_AFTER_MS;
    await insistently(async (through) => {
      const page = await cluster.call(through, 'GET', `${path}/messages?after_seq=${seq}&limit=5`);
      const messages = page.body.messages as unknown as readonly unknown[] | undefined;
      if (messages !== undefined && messages.length > 0) return true;
      if (performance.now() > askAgainAt) {
        askAgainAt = performance.now() + RETRY_AFTER_MS;
        await cluster.call(through, 'POST', `${path}/retry`);
      }
      return null;
    });
    turnsDone += 1;
  }
}

test(`1,000 webhooks with random failures and three kill -9s: exactly one answer a turn (seed ${seed})`, async () => {
  agent.handler = (_, response) => answer(response);
  const sessions = await Promise.all(
    Array.from({ length: SESSIONS }, async (_, number) => {
      const userId = `user-${number}`;
      const settings = { id: 'moody', origin_url: agent.url, timeout_ms: 400 };
      return { userId, id: await openSession(cluster, userId, settings) };
    }),
  );
  const work = Promise.all(sessions.map(({ id, userId }) => converse(id, userId)));
  for (const [number, victim] of NODES.entries()) {
    const from = ((number + 1) * SESSIONS * TURNS) / 5;
    await expect.poll(() => turnsDone, { timeout: 120_000 }).toBeGreaterThan(from);
    down = victim;
    await cluster.node(victim).kill('SIGKILL');
    await expect.poll(() => turnsDone, { timeout: 60_000 }).toBeGreaterThan(from + 40);
    cluster.startNode(victim);
    await cluster.ready(victim);
    down = '';
  }
  await work;
  expect(agent.calls.length).toBeGreaterThan(SESSIONS * TURNS);
  for (const { id, userId } of sessions) {
    const messages = await messagesOf(cluster, id, 'n2');
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1));
    expect(messages.map(({ sender_id }) => sender_id)).toEqual(
      Array.from({ length: TURNS }, () => [userId, 'moody']).flat(),
    );
    const epochs = messages.flatMap(({ metadata }) => metadata.epoch ?? []);
    expect(new Set(epochs).size).toBe(TURNS);
  }
}, 300_000);
