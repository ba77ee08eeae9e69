import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Flusher } from './flusher-api.ts';
import { FlusherBed, OTHER_SESSION, pageOf, SESSION, upTo } from './testing/flusher-bed.ts';

let bed: FlusherBed;
let flusher: Flusher;

beforeAll(async () => {
  bed = await FlusherBed.open();
});
afterAll(() => bed.close());

beforeEach(async () => {
  if (bed.postgres === null) await bed.startPostgres();
  await bed.reset();
  flusher = bed.flusher();
});

test('G1 down at boot: nothing is lost, and once it is there it is given its tables and all there is, in order', async () => {
  const fresh = await FlusherBed.open();
  try {
    fresh.create(SESSION);
    fresh.sayMany(300);
    const first = fresh.flusher();
    expect(await first.flushNow()).toMatchObject({ status: 'unavailable' });
    expect(fresh.state.flushBacklog).toBe(300);
    await fresh.startPostgres();
    await expect.poll(async () => (await first.flushNow()).status).toBe('flushed');
    expect(fresh.state.flushBacklog).toBe(0);
    expect(await fresh.archived()).toEqual(upTo(300));
  } finally {
    await fresh.close();
  }
});

test('every message is there once, in order, however often it is flushed', async () => {
  bed.sayMany(250);
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 250 });
  bed.say('one more');
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 1 });
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 0 });
  const rows = await bed.sql('SELECT seq, content FROM messages ORDER BY seq');
  expect(rows.map(({ seq }) => seq)).toEqual(upTo(251));
  expect(rows.at(-1)?.content).toEqual({ text: 'one more' });
  expect(await bed.sql('SELECT last_seq, user_id FROM sessions')).toEqual([
    { last_seq: 251, user_id: 'ann' },
  ]);
});

test('G1 away for long: a failed pass and nothing else; when it is back the backlog drains in order', async () => {
  bed.say('one');
  await flusher.flushNow();
  await bed.stopPostgres();
  bed.sayMany(5_000);
  expect(await flusher.flushNow()).toMatchObject({ status: 'unavailable' });
  expect(flusher.stats).toMatchObject({ databaseUp: false, failures: 1 });
  await expect(flusher.archive.messagesAfter(SESSION, 0, 9, pageOf(10))).rejects.toThrow('archive');
  await bed.startPostgres();
  await expect
    .poll(async () => {
      await flusher.flushNow();
      return bed.state.flushBacklog;
    })
    .toBe(0);
  expect(await bed.archived()).toEqual(upTo(5_001));
  const before = await flusher.archive.messagesBefore(SESSION, 3, pageOf(1));
  expect(JSON.parse(new TextDecoder().decode(before.messages[0]?.payload))).toEqual({
    content: { text: 'hello 1' },
    metadata: {},
  });
});

test('G1 too slow for a batch: it is given smaller ones until it keeps up', async () => {
  const slow = bed.flusher({ statementLimitMs: 400 });
  await slow.flushNow();
  await bed.sql(
    `CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END'`,
  );
  await bed.sql(
    'CREATE TRIGGER dawdle BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION dawdle()',
  );
  try {
    bed.sayMany(600);
    await expect
      .poll(
        async () => {
          await slow.flushNow();
          return bed.state.flushBacklog;
        },
        { timeout: 20_000 },
      )
      .toBe(0);
    expect(slow.stats.failures).toBeGreaterThan(0);
    expect(await bed.archived()).toEqual(upTo(600));
  } finally {
    await bed.sql('DROP TRIGGER dawdle ON messages');
    await bed.sql('DROP FUNCTION dawdle');
  }
});

test('G3 a row with another content is not overwritten: that session waits and says so once, others go on', async () => {
  bed.sayMany(3_000);
  await flushAll();
  await bed.sql(`UPDATE messages SET payload_hash = '\\x00' WHERE seq = 2`);
  // A log that has all of it to flush once more.
  bed.state = bed.replayed();
  bed.create(OTHER_SESSION);
  bed.say('elsewhere', OTHER_SESSION);
  // More rows than a batch holds: a session that can't be flushed must not fill every batch.
  for (let pass = 0; pass < 3; pass += 1) await flusher.flushNow();
  expect(bed.conflicts.map(({ sessionId, seq }) => [sessionId, seq])).toEqual([[SESSION, 2]]);
  expect(flusher.stats.conflictedSessions).toBe(1);
  expect(await bed.archived(OTHER_SESSION)).toEqual([1]);
  expect(await bed.sql('SELECT payload_hash FROM messages WHERE seq = 2')).toEqual([
    { payload_hash: Buffer.from([0]) },
  ]);
  expect(bed.state.sessions.get(SESSION)?.flushedSeq).toBe(0);
});

test('G4 two flushers at once, an old leader and a new one, write each row once and leave no gap', async () => {
  bed.sayMany(100);
  const other = bed.flusher();
  await Promise.all([flusher.flushNow(), other.flushNow()]);
  expect(await bed.archived()).toEqual(upTo(100));
  expect(bed.conflicts).toEqual([]);
});

test('G4 an old leader that flushes late undoes nothing: rows, versions and marks only grow', async () => {
  bed.sayMany(10);
  const old = bed.replayed(5);
  await flusher.flushNow();
  await flusher.flushNow();
  const [mark] = await bed.sql('SELECT mark FROM archive_marks');
  const late = bed.flusher({
    ledGroups: () => [{ group: 7, term: 1, state: old }],
    propose: async () => ({ status: 'refused', code: 'not-leader', leader: 0 }),
  });
  await late.flushNow();
  expect(await bed.archived()).toEqual(upTo(10));
  expect(await bed.sql('SELECT last_seq FROM sessions')).toEqual([{ last_seq: 10 }]);
  expect(await bed.sql('SELECT mark FROM archive_marks')).toEqual([mark]);
  expect(bed.conflicts).toEqual([]);
});

test('G7 what jsonb would refuse or rewrite is archived as it was', async () => {
  bed.say('before', SESSION, { content: '{"text":"before","n":12345678901234567890}' });
  bed.say('nul \u0000 and half \ud83d a pair');
  bed.say('vast', SESSION, { content: '{"n":1e200000}' });
  bed.create(OTHER_SESSION, '{"note":"\\u0000"}');
  bed.say('after', OTHER_SESSION, { content: '{"text":"after","n":12345678901234567890}' });
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 4 });
  const rows = await bed.sql(
    'SELECT content::text AS content FROM messages ORDER BY session_id, seq',
  );
  expect(rows.map(({ content }) => content)).toEqual([
    '{"text":"before","n":12345678901234567890}',
    '{"text":"nul \\u0000 and half \\ud83d a pair"}',
    '{"n":1e200000}',
    '{"text":"after","n":12345678901234567890}',
  ]);
  const [session] = await bed.sql(
    'SELECT metadata::text AS metadata FROM sessions WHERE id = $1',
    OTHER_SESSION,
  );
  expect(session).toEqual({ metadata: '{"note":"\\u0000"}' });
  expect(bed.state.flushBacklog).toBe(0);
  expect(bed.conflicts).toEqual([]);
});

test('G7 what Postgres takes in no form stops its own session, before it, and no other', async () => {
  bed.say('fine');
  bed.say('no uuid', SESSION, { id: 'not-a-uuid' });
  bed.say('behind it');
  bed.create(OTHER_SESSION);
  bed.say('elsewhere', OTHER_SESSION);
  await flusher.flushNow();
  expect(bed.conflicts).toMatchObject([{ sessionId: SESSION, seq: 2 }]);
  expect(await bed.archived()).toEqual([1]);
  expect(await bed.archived(OTHER_SESSION)).toEqual([1]);
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: 0 });
});

async function flushAll(): Promise<void> {
  while (bed.state.flushBacklog > 0) await flusher.flushNow();
}
