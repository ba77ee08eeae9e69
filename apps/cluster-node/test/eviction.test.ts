import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { flushEverything, TestArchive } from './support/archive.ts';
import { TestCluster } from './support/cluster.ts';

let archive: TestArchive;
let cluster: TestCluster;

beforeAll(async () => {
  archive = await TestArchive.start();
  cluster = await TestCluster.start({
    env: { DATABASE_URL: archive.url, FLUSH_INTERVAL_MS: '100', SESSION_IDLE_MS: '1000' },
  });
});
afterEach(async () => {
  await archive.start();
  await cluster.revive();
});
afterAll(async () => {
  await cluster.close();
  await archive.close();
});

const NODES = ['n1', 'n2', 'n3'];

/** By the agent itself: what the user says would be work for it, and a session with work stays in memory. */
const say = (sessionId: string, text: string, through = 'n1') =>
  cluster.call(through, 'POST', `/api/sessions/${sessionId}/messages`, {
    body: { agent_id: 'quiet', client_message_id: text, content: { text } },
  });

async function seqOf(sessionId: string, text: string): Promise<number> {
  const { status, body } = await say(sessionId, text);
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return (body.message as unknown as { seq: number }).seq;
}

async function textsOf(sessionId: string, through: string, limit = 37) {
  const texts: (string | undefined)[] = [];
  for (let hasMore = true; hasMore; ) {
    const { status, body } = await cluster.call(
      through,
      'GET',
      `/api/sessions/${sessionId}/messages?after_seq=${texts.length}&limit=${limit}`,
    );
    expect(status, JSON.stringify(body)).toBe(200);
    const page = body.messages as unknown as { seq: number; content: { text: string } }[];
    for (const { seq, content } of page) {
      expect(seq).toBe(texts.length + 1);
      texts.push(content.text);
    }
    hasMore = Boolean(body.has_more);
  }
  return texts;
}

async function gauge(id: string, name: string): Promise<number> {
  const text = await (await fetch(`${cluster.node(id).url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** No session is in memory anywhere. */
async function allCold(): Promise<void> {
  await flushEverything(cluster);
  for (const id of NODES) await expect.poll(() => gauge(id, 'fleetlm_sessions_hot')).toBe(0);
}

test('a session that has left memory is the same from outside, comes back for a message, and is exact across the boundary', async () => {
  await allCold();
  const others = await gauge('n1', 'fleetlm_sessions_cold');
  const sessionId = await cluster.createSession('ann');
  const sent = Array.from({ length: 100 }, (_, at) => `message ${at + 1}`);
  for (const text of sent) await seqOf(sessionId, text);
  const before = (await cluster.call('n1', 'GET', `/api/sessions/${sessionId}`)).body;
  await allCold();
  for (const id of NODES) {
    expect(await gauge(id, 'fleetlm_sessions_cold')).toBe(others + 1);
    expect((await cluster.call(id, 'GET', `/api/sessions/${sessionId}`)).body).toEqual(before);
    expect(await textsOf(sessionId, id)).toEqual(sent);
  }
  // Reading brought nothing back; a message sent again is still known, and the next one follows.
  expect(await gauge('n1', 'fleetlm_sessions_hot')).toBe(0);
  expect(await seqOf(sessionId, 'message 3')).toBe(3);
  expect(await seqOf(sessionId, 'one more')).toBe(101);
  expect(await textsOf(sessionId, 'n2')).toEqual([...sent, 'one more']);
  // Pages while a flush is under way, and while sessions leave memory.
  for (let number = 1; number <= 60; number += 1) {
    sent.push(`late ${number}`);
    await seqOf(sessionId, `late ${number}`);
    if (number % 6 === 0)
      expect(await textsOf(sessionId, NODES[number % 3] ?? 'n1', 50)).toHaveLength(101 + number);
  }
});

test('without Postgres a cold session can not be written to, which is reported; hot ones go on, and nothing leaves memory', async () => {
  const cold = await cluster.createSession('ann');
  await seqOf(cold, 'before');
  await allCold();
  const hot = await cluster.createSession('ann');
  await seqOf(hot, 'first');
  await archive.stop();
  expect(await seqOf(hot, 'second')).toBe(2);
  const refused = await say(cold, 'too early');
  expect(refused).toMatchObject({
    status: 503,
    body: { code: 'archive_unavailable', retryable: true },
  });
  expect(
    await cluster.call('n2', 'GET', `/api/sessions/${cold}/messages?after_seq=0`),
  ).toMatchObject({ status: 503, body: { code: 'archive_unavailable' } });
  expect(await cluster.call('n2', 'GET', `/api/sessions/${cold}`)).toMatchObject({
    status: 200,
    body: { session: { last_seq: 1 } },
  });
  for (let number = 3; number <= 30; number += 1)
    expect(await seqOf(hot, `without ${number}`)).toBe(number);
  expect(await gauge('n1', 'fleetlm_sessions_hot')).toBe(1);
  await archive.start();
  await expect.poll(async () => (await say(cold, 'now')).status).toBeLessThan(300);
  expect(await textsOf(cold, 'n3')).toEqual(['before', 'now']);
});

test('sessions that are out of memory survive kill -9 of everything, from the log and from snapshots', async () => {
  const one = await cluster.createSession('ann');
  const two = await cluster.createSession('ann');
  for (const sessionId of [one, two]) await seqOf(sessionId, 'before');
  await allCold();
  const group = Number.parseInt(one.slice(0, 2), 16);
  await cluster.call('n1', 'POST', `/api/admin/groups/${group}/snapshot`);
  expect(await seqOf(two, 'after')).toBe(2);
  await allCold();
  await Promise.all([...cluster.nodes.values()].map((node) => node.kill('SIGKILL')));
  await cluster.revive();
  for (const [sessionId, seq] of [
    [one, 2],
    [two, 3],
  ] as const) {
    expect((await cluster.call('n1', 'GET', `/api/sessions/${sessionId}`)).body).toMatchObject({
      session: { last_seq: seq - 1 },
    });
    expect(await seqOf(sessionId, 'again')).toBe(seq);
    expect(await seqOf(sessionId, 'before')).toBe(1);
  }
});
