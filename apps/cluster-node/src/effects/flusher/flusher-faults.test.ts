import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Flusher } from './flusher-api.ts';
import { BreakableLink } from './testing/breakable-link.ts';
import { FlusherBed, OTHER_SESSION, pageOf, SESSION, upTo } from './testing/flusher-bed.ts';

let bed: FlusherBed;
let link: BreakableLink;
let flusher: Flusher;
const linkUrl = () => bed.url.replace(`:${bed.port}/`, `:${link.port}/`);

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
  link = await BreakableLink.open(bed.port);
});
afterAll(async () => {
  await bed.close();
  await link.close();
});
beforeEach(async () => {
  await bed.reset();
  flusher = bed.flusher();
  await flusher.flushNow();
});

const flushed = async (by: Flusher): Promise<number> => {
  await by.flushNow();
  return bed.state.flushBacklog;
};

test('G2 the connection is lost during a commit: done again, it is verified and changes nothing', async () => {
  const linked = bed.flusher({ databaseUrl: linkUrl() });
  await linked.flushNow();
  bed.sayMany(50);
  link.swallowAnswerTo((sent) => sent.includes('hello 50'));
  expect(await linked.flushNow()).toMatchObject({ status: 'unavailable' });
  // In doubt for its sender: the rows are there, the watermark is not.
  expect(await bed.archived()).toEqual(upTo(50));
  expect(bed.state.flushBacklog).toBe(50);
  expect(await flushed(linked)).toBe(0);
  expect(await bed.archived()).toEqual(upTo(50));
  expect(bed.conflicts).toEqual([]);
});

test('G5 killed in mid-batch again and again, the table is a prefix without a gap at every moment', async () => {
  const samples: number[][] = [];
  for (let kill = 0; kill < 3; kill += 1) {
    bed.sayMany(1_500);
    const flushing = flusher.flushNow();
    await bed.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $1',
      'client backend',
    );
    await flushing;
    samples.push([...(await bed.archived())]);
  }
  await expect.poll(() => flushed(flusher)).toBe(0);
  for (const seqs of samples) expect(seqs).toEqual(upTo(seqs.length));
  expect(await bed.archived()).toEqual(upTo(4_500));
  expect(bed.conflicts).toEqual([]);
});

test('G6 a server that turned read-only is left for the next connection, which finds the new one', async () => {
  await bed.sql('ALTER DATABASE fleetlm SET default_transaction_read_only = on');
  const stuck = bed.flusher();
  try {
    bed.say('to whom?');
    expect(await stuck.flushNow()).toMatchObject({ status: 'unavailable' });
  } finally {
    await bed.sql('ALTER DATABASE fleetlm RESET default_transaction_read_only');
  }
  await expect.poll(() => flushed(stuck)).toBe(0);
});

test('G6 tables that are gone are made again', async () => {
  bed.say('one');
  await flusher.flushNow();
  await bed.sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
  bed.say('two');
  await expect.poll(() => flushed(flusher)).toBe(0);
  expect(await bed.archived()).toEqual([1, 2]);
});

test('G8 restored from an older backup: what is in memory is given back, and the restore is reported', async () => {
  bed.sayMany(40);
  bed.create(OTHER_SESSION);
  bed.say('elsewhere', OTHER_SESSION);
  await flusher.flushNow();
  const backup = await bed.sql('SELECT mark FROM archive_marks');
  bed.sayMany(20);
  await flusher.flushNow();
  // As a restore would leave it: rows and mark of then.
  await bed.sql('DELETE FROM messages WHERE session_id = $1 AND seq > 40', SESSION);
  await bed.sql('UPDATE sessions SET last_seq = 40, version = 41 WHERE id = $1', SESSION);
  await bed.sql('UPDATE archive_marks SET mark = $1', backup[0]?.mark);
  await flusher.flushNow();
  expect(await bed.archived()).toEqual(upTo(60));
  expect(await bed.sql('SELECT last_seq FROM sessions WHERE id = $1', SESSION)).toEqual([
    { last_seq: 60 },
  ]);
  expect(bed.gaps).toEqual([]);
  bed.say('later');
  expect(await flushed(flusher)).toBe(0);
});

test('G8 what no node has any more is named, once, and the session goes on', async () => {
  bed.sayMany(200);
  await flusher.flushNow();
  await bed.sql('DELETE FROM messages WHERE seq > 100');
  await bed.sql('UPDATE archive_marks SET mark = 0');
  await flusher.flushNow();
  expect(bed.gaps).toEqual([{ group: 7, sessionId: SESSION, missing: 36, flushedSeq: 200 }]);
  expect(flusher.stats.gaps).toBe(1);
  await flusher.flushNow();
  expect(bed.gaps).toHaveLength(1);
  bed.say('later');
  expect(await flushed(flusher)).toBe(0);
  expect(await bed.archived()).toEqual([...upTo(100), ...upTo(201, 137)]);
});

test('G9 a commit means the disk of Postgres, whatever its settings say', async () => {
  await bed.sql('ALTER DATABASE fleetlm SET synchronous_commit = off');
  try {
    const careful = bed.flusher();
    // A trigger sees the setting of the connection that writes.
    await bed.sql('CREATE TABLE seen (setting text)');
    await bed.sql(
      `CREATE FUNCTION note_setting() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END$$`,
    );
    await bed.sql(
      'CREATE TRIGGER note_setting AFTER INSERT ON messages FOR EACH STATEMENT EXECUTE FUNCTION note_setting()',
    );
    bed.say('for keeps');
    expect(await flushed(careful)).toBe(0);
    expect(await bed.sql('SELECT DISTINCT setting FROM seen')).toEqual([{ setting: 'on' }]);
  } finally {
    await bed.sql('DROP TRIGGER IF EXISTS note_setting ON messages');
    await bed.sql('DROP FUNCTION IF EXISTS note_setting');
    await bed.sql('DROP TABLE IF EXISTS seen');
    await bed.sql('ALTER DATABASE fleetlm RESET synchronous_commit');
  }
});

test('G10 a Postgres that says nothing any more: passes and reads end by themselves, and more reads than it can take are refused', async () => {
  const linked = bed.flusher({ databaseUrl: linkUrl(), statementLimitMs: 300 });
  await linked.flushNow();
  await linked.archive.messagesAfter(SESSION, 0, 1, pageOf(1));
  bed.say('into the void');
  link.freeze();
  const reads = Promise.allSettled(
    Array.from({ length: 300 }, () => linked.archive.messagesAfter(SESSION, 0, 1, pageOf(1))),
  );
  expect(await linked.flushNow()).toMatchObject({ status: 'unavailable' });
  expect((await reads).every(({ status }) => status === 'rejected')).toBe(true);
  link.thaw();
  await expect.poll(() => flushed(linked)).toBe(0);
  await expect
    .poll(() =>
      linked.archive
        .messagesAfter(SESSION, 0, 1, pageOf(1))
        .then(({ messages }) => messages.length),
    )
    .toBe(1);
});
