import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { groupOfSession } from '@fleetlm/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flushEverything, TestArchive } from './support/archive.ts';
import { TestCluster } from './support/cluster.ts';

const RESTORE = join(import.meta.dirname, '../src/restore.ts');
const GAP = 100;

let archive: TestArchive;
let cluster: TestCluster;

beforeAll(async () => {
  archive = await TestArchive.start();
  // Nothing is flushed but when this test says so.
  cluster = await TestCluster.start({
    env: { DATABASE_URL: archive.url, FLUSH_INTERVAL_MS: '600000' },
  });
});
afterAll(async () => {
  await cluster.close();
  await archive.close();
});

interface Acked {
  readonly seq: number;
  readonly id: string;
}

async function say(sessionId: string, text: string): Promise<Acked> {
  const { status, body } = await cluster.insist(
    'n1',
    'POST',
    `/api/sessions/${sessionId}/messages`,
    {
      body: { user_id: 'ann', client_message_id: text, content: { text } },
    },
  );
  expect([200, 201]).toContain(status);
  const { seq, id } = body.message as unknown as Acked;
  return { seq, id };
}

async function messagesOf(sessionId: string) {
  const { status, body } = await cluster.insist(
    'n2',
    'GET',
    `/api/sessions/${sessionId}/messages?after_seq=0&limit=500`,
  );
  expect(status).toBe(200);
  return body.messages as unknown as (Acked & { kind: string; content: { text?: string } })[];
}

async function restore(): Promise<{ code: number | null; output: string }> {
  const dataDirectory = dirname(cluster.node('n1').dataDirectory);
  const child = spawn(process.execPath, [RESTORE, '--gap', String(GAP)], {
    env: { PATH: process.env.PATH, DATABASE_URL: archive.url, DATA_DIR: dataDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, output };
}

test('after all disks are lost, everything that was acknowledged before the last flush is there, and no number is given twice', async () => {
  const old = await cluster.createSession('ann');
  const group = groupOfSession(old) ?? -1;
  const acked: Acked[] = [];
  for (let number = 1; number <= 80; number += 1) acked.push(await say(old, `old ${number}`));
  await flushEverything(cluster);
  // One group has a snapshot, and more after it; another session is known from its rows alone.
  await cluster.call('n1', 'POST', `/api/admin/groups/${group}/snapshot`);
  await expect
    .poll(async () => {
      await flushEverything(cluster);
      return (await archive.sql('SELECT DISTINCT group_id FROM raft_snapshots')).length;
    })
    .toBeGreaterThanOrEqual(2);
  for (let number = 81; number <= 90; number += 1) acked.push(await say(old, `old ${number}`));
  const young = await cluster.createSession('ann');
  acked.push(await say(young, 'young'));
  await cluster.call('n1', 'POST', `/api/sessions/${old}/read`, {
    body: { user_id: 'ann', last_seq: 85 },
  });
  await flushEverything(cluster);
  const lost = [await say(old, 'lost 1'), await say(old, 'lost 2')];

  await Promise.all([...cluster.nodes.values()].map((node) => node.kill('SIGKILL')));
  // A disk that is still there must not be overwritten.
  expect(await restore()).toMatchObject({ code: 78, output: expect.stringContaining('not empty') });
  for (const { dataDirectory } of cluster.nodes.values())
    rmSync(dataDirectory, { recursive: true, force: true });
  const restored = await restore();
  expect(restored, restored.output).toMatchObject({ code: 0 });
  expect(restored.output).toMatch(new RegExp(`group ${group}: snapshot at index \\d+`));
  expect(restored.output).toContain('acknowledged after the last flush');
  await cluster.revive();

  const messages = await messagesOf(old);
  expect(messages.map(({ seq, id }) => ({ seq, id }))).toEqual(acked.slice(0, 90));
  expect(messages.map(({ content }) => content.text)).toEqual(
    Array.from({ length: 90 }, (_, at) => `old ${at + 1}`),
  );
  expect(await messagesOf(young)).toMatchObject([{ ...acked[90], content: { text: 'young' } }]);
  const { body } = await cluster.insist('n3', 'GET', `/api/sessions/${old}`);
  expect(body.session).toMatchObject({ last_seq: 90, last_read_seq: 85, user_id: 'ann' });
  // The same message again, from before the snapshot: still known.
  expect(await say(old, 'old 7')).toEqual(acked[6]);

  const next = await say(old, 'next');
  expect(next.seq).toBe(90 + GAP + 1);
  expect(lost.map(({ seq }) => seq)).not.toContain(next.seq);
  const all = await messagesOf(old);
  expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: next.seq }, (_, at) => at + 1));
  expect(all.slice(90, -1).every(({ kind }) => kind === 'void')).toBe(true);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  // Agents are registered as before, and the archive goes on.
  const second = await cluster.createSession('ann');
  await say(second, 'after');
  await flushEverything(cluster);
  const [{ count } = { count: 0 }] = await archive.sql(
    'SELECT count(*)::int AS count FROM messages WHERE session_id = $1',
    old,
  );
  expect(count).toBe(next.seq);
});
