import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apply, type Command, createGroupState, type GroupState } from '@fleetlm/conversation';
import { migrate } from '@fleetlm/database';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createFlusher } from './flusher.ts';
import type { Flusher } from './flusher-api.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-flusher-'));
const encoder = new TextEncoder();
const SESSION = '07-01J00000000000000000000000';
let port = 0;
let postgres: RunningPostgres;
let state: GroupState;
let flusher: Flusher;
let conflicts: { sessionId: string; seq: number }[];

beforeAll(async () => {
  port = await freePort();
  postgres = await startEmbeddedPostgres({ directory, port });
  await migrate(postgres.url);
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await sql('TRUNCATE messages, sessions');
  state = createGroupState();
  conflicts = [];
  flusher = newFlusher(() => state);
  perform({
    type: 'create-session',
    sessionId: SESSION,
    userId: 'ann',
    agentId: 'bot',
    metadata: encoder.encode('{}'),
    timeMs: 1,
  });
});

test('every message is there once, in order, however often it is flushed', async () => {
  for (let number = 1; number <= 250; number += 1) say(`hello ${number}`);
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 250 });
  say('one more');
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 1 });
  const rows = await sql('SELECT seq, content FROM messages ORDER BY seq');
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 251 }, (_, at) => at + 1));
  expect(rows.at(-1)?.content).toEqual({ text: 'one more' });
  expect(await sql('SELECT last_seq, user_id FROM sessions')).toEqual([
    { last_seq: 251, user_id: 'ann' },
  ]);
});

test('two flushers at once, an old leader and a new one, write each row once', async () => {
  for (let number = 1; number <= 100; number += 1) say(`hello ${number}`);
  const other = newFlusher(() => state);
  await Promise.all([flusher.flushNow(), other.flushNow()]);
  expect(await sql('SELECT count(*)::int AS count FROM messages')).toEqual([{ count: 100 }]);
  expect(conflicts).toEqual([]);
  await other.stop(1000);
});

test('what jsonb refuses is archived with a replacement, and jams nothing', async () => {
  say('before');
  say('nul \u0000 and half \ud83d a pair');
  say('after');
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 3 });
  const rows = await sql('SELECT content FROM messages ORDER BY seq');
  expect(rows.map(({ content }) => content.text)).toEqual([
    'before',
    'nul \ufffd and half \ufffd a pair',
    'after',
  ]);
});

test('a row with another content is not overwritten: that session waits, others go on', async () => {
  say('the truth');
  await flusher.flushNow();
  await sql(`UPDATE messages SET payload_hash = '\\x00'`);
  const again = createGroupState();
  state = again;
  perform({
    type: 'create-session',
    sessionId: SESSION,
    userId: 'ann',
    agentId: 'bot',
    metadata: encoder.encode('{}'),
    timeMs: 1,
  });
  say('the truth');
  const other = `${SESSION.slice(0, -1)}1`;
  perform({
    type: 'create-session',
    sessionId: other,
    userId: 'ann',
    agentId: 'bot',
    metadata: encoder.encode('{}'),
    timeMs: 1,
  });
  say('elsewhere', other);
  await flusher.flushNow();
  await flusher.flushNow();
  expect(conflicts).toEqual([{ sessionId: SESSION, seq: 1 }]);
  expect(
    await sql('SELECT session_id FROM messages WHERE seq = 1 ORDER BY session_id'),
  ).toHaveLength(2);
});

test('Postgres away is a failed pass and nothing else; when it is back the backlog drains in order', async () => {
  say('one');
  await flusher.flushNow();
  await postgres.stop();
  for (const text of ['two', 'three']) say(text);
  expect(await flusher.flushNow()).toMatchObject({ status: 'unavailable' });
  expect(flusher.stats).toMatchObject({ databaseUp: false, failures: 1 });
  await expect(flusher.archive.messagesAfter(SESSION, 0, 9, 10)).rejects.toThrow('archive');
  postgres = await startEmbeddedPostgres({ directory, port });
  await expect.poll(async () => (await flusher.flushNow()).status).toBe('flushed');
  const archived = await flusher.archive.messagesAfter(SESSION, 0, 9, 10);
  expect(archived.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  const before = await flusher.archive.messagesBefore(SESSION, 3, 1);
  expect(JSON.parse(new TextDecoder().decode(before[0]?.payload))).toEqual({
    content: { text: 'two' },
    metadata: {},
  });
});

let sent = 0;
function say(text: string, sessionId = SESSION): void {
  sent += 1;
  perform({
    type: 'append-message',
    sessionId,
    sender: { type: 'user', id: 'ann' },
    clientMessageId: `c${sent}`,
    message: {
      id: `01900000-0000-7000-8000-${String(sent).padStart(12, '0')}`,
      kind: 'text',
      payload: encoder.encode(JSON.stringify({ content: { text }, metadata: {} })),
      preview: text.slice(0, 20),
    },
    whileAnswering: 'queue',
    held: null,
    debounceMs: 500,
    timeMs: 1000 + sent,
  });
}

function perform(command: Command) {
  const { reply } = apply(state, command);
  if (reply.type === 'refused') throw new Error(`${command.type}: ${reply.detail}`);
  return reply;
}

function newFlusher(current: () => GroupState): Flusher {
  return createFlusher({
    propose: async (_, command) => ({ status: 'applied', reply: apply(current(), command).reply }),
    ledGroups: () => [{ group: 7, term: 1, state: current() }],
    wallClockMs: () => 5000,
    databaseUrl: postgres.url,
    flushIntervalMs: 5000,
    onConflict: (conflict) => conflicts.push({ ...conflict }),
  });
}

async function sql(text: string) {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const free = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(free));
    });
  });
}
