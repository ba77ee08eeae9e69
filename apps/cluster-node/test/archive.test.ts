import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REST } from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { decodeDescriptor } from '../src/membership/cluster-descriptor.ts';
import { placementOf } from '../src/membership/placement.ts';
import { flushEverything, TestArchive } from './support/archive.ts';
import { API_KEY, TestCluster } from './support/cluster.ts';

let archive: TestArchive;
let cluster: TestCluster;

beforeAll(async () => {
  archive = await TestArchive.start();
  cluster = await TestCluster.start({ env: { DATABASE_URL: archive.url } });
});
afterEach(async () => {
  await archive.start();
  await cluster.revive();
});
afterAll(async () => {
  await cluster.close();
  await archive.close();
});

const say = (sessionId: string, userId: string, text: string, through = 'n1') =>
  cluster.call(through, 'POST', `/api/sessions/${sessionId}/messages`, {
    body: { user_id: userId, client_message_id: text, content: { text } },
  });

async function readiness(id: string) {
  const response = await fetch(`${cluster.node(id).url}/health/ready`);
  const body: unknown = await response.json();
  return { status: response.status, body };
}

async function leaders(): Promise<
  readonly { group: number; term: number; leader: string | null }[]
> {
  const { body } = await cluster.call('n1', 'GET', '/api/admin/cluster');
  const groups = body.groups as unknown as { group: number; term: number; leader: string }[];
  return groups.map(({ group, term, leader }) => ({ group, term, leader }));
}

/** Every group is led where it prefers to be: from then on leaders move only when something is wrong. */
async function settledLeaders() {
  const descriptor = JSON.parse(
    readFileSync(join(cluster.node('n1').dataDirectory, 'cluster'), 'latin1').replace(/^[^{]*/, ''),
  );
  const placement = placementOf(decodeDescriptor(descriptor));
  const preferred = (group: number) => `n${placement.preferredLeader(group)}`;
  await expect
    .poll(async () => (await leaders()).filter(({ group, leader }) => leader !== preferred(group)))
    .toEqual([]);
  return leaders();
}

/** What only logs may hold: names of the database's client, SQL, its address, stacks and paths of files. */
const INTERNAL =
  /prisma|\bSELECT\b|\bINSERT INTO\b|postgres(?:ql)?:\/\/|ECONNREFUSED|node_modules|\.ts:\d+|\n\s+at |\/tmp\//i;

/** Of an answer that may never end. */
async function beginningOf(path: string): Promise<string> {
  const { body } = await fetch(`${cluster.node('n1').url}${path}`, {
    headers: { authorization: `Bearer ${API_KEY}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (body === null) return '';
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const { value = '' } = await reader.read();
  await reader.cancel();
  return value;
}

test('without Postgres no answer of the API shows internal text', async () => {
  const sessionId = await cluster.createSession('ann');
  expect(await say(sessionId, 'ann', 'before')).toMatchObject({ status: 201 });
  await archive.stop();
  const address = new URL(archive.url).host;
  const feeds = new Set<string>();
  const reads = Object.values(REST).flatMap(({ method, path, answers }) => {
    const [answer] = answers;
    if (method !== 'GET' || !('body' in answer)) return [];
    const call = `GET ${path.replace(':id', sessionId).replaceAll(/:\w+/g, 'n1')}`;
    if ('mediaType' in answer.body && answer.body.mediaType === 'text/event-stream')
      feeds.add(call);
    return [call];
  });
  expect(reads.length).toBeGreaterThan(10);
  const asked = [...reads, 'GET /api/search?q=before&user_id=ann', 'POST /api/admin/flush'];
  for (const call of asked) {
    const [method = 'GET', path = ''] = call.split(' ');
    const text = feeds.has(call)
      ? await beginningOf(path)
      : (await cluster.text('n1', method, path)).text;
    expect(text, call).not.toMatch(INTERNAL);
    expect(text.includes(address), `${call} names the database's address`).toBe(false);
  }
});

test('G11 without Postgres no leader moves, appends are acknowledged, and every node says that it is degraded', async () => {
  const sessionId = await cluster.createSession('ann');
  expect(await say(sessionId, 'ann', 'before')).toMatchObject({ status: 201 });
  await flushEverything(cluster);
  const before = await settledLeaders();
  await archive.stop();
  for (let number = 1; number <= 100; number += 1)
    expect(await say(sessionId, 'ann', `without ${number}`, `n${(number % 3) + 1}`)).toMatchObject({
      status: 201,
      body: { message: { seq: number + 1 } },
    });
  for (const id of ['n1', 'n2', 'n3'])
    await expect
      .poll(() => readiness(id))
      .toMatchObject({
        status: 200,
        body: { ready: true, reasons: [], degraded: [expect.stringContaining('Postgres')] },
      });
  expect(await leaders()).toEqual(before);
  await archive.start();
  await flushEverything(cluster);
  const rows = await archive.sql(
    'SELECT seq FROM messages WHERE session_id = $1 ORDER BY seq',
    sessionId,
  );
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_, at) => at + 1));
  for (const id of ['n1', 'n2', 'n3'])
    await expect.poll(() => readiness(id)).toMatchObject({ status: 200, body: { degraded: [] } });
});
