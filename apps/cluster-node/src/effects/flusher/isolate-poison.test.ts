import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Flusher } from './flusher-api.ts';
import { SUSPECT_ATTEMPTS_MAX, SUSPECTS_MAX } from './isolate-poison.ts';
import { FlusherBed, OTHER_SESSION, SESSION, upTo } from './testing/flusher-bed.ts';

let bed: FlusherBed;
let flusher: Flusher;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
}, 60_000);
afterAll(() => bed.close());
beforeEach(async () => {
  await bed.reset();
  flusher = bed.flusher();
  await flusher.flushNow();
  await bed.sql(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.search_text LIKE 'poison %' THEN
        RAISE EXCEPTION 'no room for %', NEW.search_text USING ERRCODE = substr(NEW.search_text, 8, 5);
      END IF;
      RETURN NEW;
    END $$`);
  await bed.sql(
    'CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse()',
  );
});

describe.each(['54001', '53200', 'XX000', '58030', '22P05', 'P0001', 'AB123'])(
  'a row that provokes %s',
  (state) => {
    test('stops its own session, before it, and no other', async () => {
      bed.create(OTHER_SESSION);
      bed.sayMany(40);
      bed.say(`poison ${state}`);
      bed.say('behind it');
      bed.sayMany(20, OTHER_SESSION);
      expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
      expect(await bed.archived()).toEqual(upTo(40));
      expect(await bed.archived(OTHER_SESSION)).toEqual(upTo(20));
      expect(bed.conflicts).toMatchObject([{ sessionId: SESSION, seq: 41 }]);
      expect(flusher.stats).toMatchObject({ conflictedSessions: 1, databaseUp: true });
    }, 30_000);

    test('stops its own session after a bounded number of attempts when nothing is beside it', async () => {
      bed.say(`poison ${state}`);
      await expect
        .poll(async () => (await flusher.flushNow()).status, { interval: 1 })
        .toBe('flushed');
      expect(flusher.stats.failures).toBeLessThan(SUSPECT_ATTEMPTS_MAX);
      expect(bed.conflicts).toMatchObject([{ sessionId: SESSION, seq: 1 }]);
      bed.create(OTHER_SESSION);
      bed.say('elsewhere', OTHER_SESSION);
      expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
      expect(await bed.archived(OTHER_SESSION)).toEqual([1]);
    }, 30_000);
  },
);

test('a server that fails for everything makes no conflict of what waits for it', async () => {
  bed.sayMany(20, SESSION);
  for (let number = 0; number <= SUSPECTS_MAX; number += 1) {
    const id = OTHER_SESSION.slice(0, -2) + String(number).padStart(2, '0');
    if (id !== SESSION) bed.create(id);
    bed.say('hello', id);
  }
  await bed.sql(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END$$`);
  for (let pass = 0; pass < 2 * SUSPECT_ATTEMPTS_MAX; pass += 1)
    expect(await flusher.flushNow()).toMatchObject({ status: 'unavailable' });
  expect(bed.conflicts).toEqual([]);
  await bed.sql('DROP TRIGGER refuse ON messages');
  await expect
    .poll(async () => {
      await flusher.flushNow();
      return bed.state.flushBacklog;
    })
    .toBe(0);
}, 60_000);

test('a server that recovers in the middle of a batch makes no conflict of what failed before', async () => {
  for (const number of [1, 2, 3, 4]) {
    const id = OTHER_SESSION.slice(0, -1) + number;
    bed.create(id);
    bed.say('hello', id);
    bed.say('again', id);
  }
  await bed.sql('CREATE SEQUENCE failures');
  await bed.sql(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN
      IF nextval('failures') < 6 THEN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END IF;
      RETURN NEW;
    END$$`);
  expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
  await bed.sql('DROP SEQUENCE failures CASCADE');
  expect(bed.conflicts).toEqual([]);
  for (const number of [1, 2, 3, 4])
    expect(await bed.archived(OTHER_SESSION.slice(0, -1) + number)).toEqual([1, 2]);
});

test('a message that is no JSON stops its own session only', async () => {
  bed.create(OTHER_SESSION);
  bed.say('x', SESSION, { content: '{"text":' });
  bed.say('elsewhere', OTHER_SESSION);
  expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
  expect(await bed.archived(OTHER_SESSION)).toEqual([1]);
  expect(bed.conflicts).toMatchObject([{ sessionId: SESSION, seq: 1 }]);
});
