import { apply, coldStats, findHead, isCold, stateDigest } from '@fleetlm/conversation';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Flusher } from './flusher-api.ts';
import { FlusherBed, GROUP, SESSION } from './testing/flusher-bed.ts';

let bed: FlusherBed;
let now = 0;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
});
afterAll(() => bed.close());
beforeEach(async () => {
  await bed.reset();
  now = 1_000_000;
});

const IDLE_MS = 60_000;

function flusherWith(hotSessionsMax = 1_000, hotBytesMax = 2 ** 30): Flusher {
  return bed.flusher({
    wallClockMs: () => now,
    eviction: {
      sessionIdleMs: IDLE_MS,
      hotSessionsMax,
      hotBytesMax,
      hot: () => ({
        sessions: bed.state.sessions.size,
        bytes: bed.state.memoryBytes,
        groups: 1,
      }),
    },
  });
}

/** Work ends at once: what waits for an agent stays in memory. */
function stopWork(): void {
  for (const { id, dispatch } of [...bed.state.sessions.values()])
    if (dispatch.status === 'waiting')
      bed.perform({
        type: 'stop-dispatch',
        sessionId: id,
        epoch: dispatch.epoch,
        partial: null,
        timeMs: now,
      });
}

const other = (number: number): string =>
  `${SESSION.slice(0, -3)}${String(number).padStart(3, '0')}`;

test('a session leaves memory once it has been idle, with its state in Postgres, and comes back as it was', async () => {
  const flusher = flusherWith();
  bed.sayMany(70);
  stopWork();
  await flusher.flushNow();
  expect(isCold(bed.state, SESSION)).toBe(false);
  now += IDLE_MS;
  await flusher.flushNow();
  expect(isCold(bed.state, SESSION)).toBe(true);
  expect(flusher.stats.sessionsEvicted).toBe(1);
  const cold = stateDigest(bed.state);
  expect(await flusher.hydrate(GROUP, SESSION)).toEqual({ status: 'hot' });
  expect(
    bed.state.sessions
      .get(SESSION)
      ?.tail.map(({ seq }) => seq)
      .at(0),
  ).toBe(7);
  expect(stateDigest(bed.state)).not.toBe(cold);
  // It is not idle from before: it was only just brought back.
  await flusher.flushNow();
  expect(isCold(bed.state, SESSION)).toBe(false);
});

test('with more sessions than a node should have in memory, those that have been quiet longest leave sooner', async () => {
  const flusher = flusherWith(300);
  for (let number = 1; number < 1_000; number += 1) bed.create(other(number));
  await flusher.flushNow();
  expect(bed.state.sessions.size).toBe(1_000);
  now += 4_000;
  bed.say('still here', other(0));
  await flusher.flushNow();
  expect(bed.state.sessions.size).toBe(300);
  expect(coldStats(bed.state).sessions).toBe(700);
  expect(isCold(bed.state, other(0))).toBe(false);
  expect(findHead(bed.state, other(1))).not.toBeNull();
});

test('with more bytes than a node should have in memory, sessions leave until there are fewer', async () => {
  const bytesMax = 1024 * 1024;
  const flusher = flusherWith(1_000, bytesMax);
  const content = JSON.stringify({ text: 'x'.repeat(100_000) });
  for (let number = 1; number <= 40; number += 1) {
    bed.create(other(number));
    bed.say('large', other(number), { content });
  }
  stopWork();
  await flusher.flushNow();
  expect(bed.state.memoryBytes).toBeGreaterThan(3 * bytesMax);
  now += 4_000;
  await flusher.flushNow();
  expect(bed.state.memoryBytes).toBeLessThanOrEqual(bytesMax);
  expect(bed.state.sessions.size).toBeGreaterThan(1);
  expect(isCold(bed.state, other(1))).toBe(true);
  expect(isCold(bed.state, other(40))).toBe(false);
});

test('nothing leaves memory while Postgres is away, and what has left can not come back until it is there', async () => {
  const flusher = flusherWith();
  bed.create(other(1));
  await flusher.flushNow();
  now += IDLE_MS;
  await flusher.flushNow();
  bed.create(other(2));
  await bed.stopPostgres();
  now += IDLE_MS;
  await flusher.flushNow();
  expect(isCold(bed.state, other(2))).toBe(false);
  expect(await flusher.hydrate(GROUP, other(1))).toMatchObject({ status: 'unavailable' });
  expect(bed.stale).toEqual([]);
  await bed.startPostgres();
  await expect.poll(() => flusher.hydrate(GROUP, other(1))).toEqual({ status: 'hot' });
});

test('G8 a state that Postgres has lost, or has an older one of, is reported as unavailable', async () => {
  const flusher = flusherWith();
  await flusher.flushNow();
  now += IDLE_MS;
  await flusher.flushNow();
  const [before] = await bed.sql('SELECT * FROM session_states');
  await flusher.hydrate(GROUP, SESSION);
  bed.say('newer');
  stopWork();
  await flusher.flushNow();
  now += IDLE_MS;
  await flusher.flushNow();
  expect(isCold(bed.state, SESSION)).toBe(true);
  await bed.sql(
    'UPDATE session_states SET inbox_version = $1, state = $2',
    before?.inbox_version,
    before?.state,
  );
  expect(await flusher.hydrate(GROUP, SESSION)).toMatchObject({ status: 'unavailable' });
  await bed.sql('TRUNCATE session_states');
  expect(await flusher.hydrate(GROUP, SESSION)).toMatchObject({ status: 'unavailable' });
  expect(bed.stale).toEqual([SESSION, SESSION]);
});

test('many that ask for the same session bring it back once', async () => {
  const flusher = flusherWith();
  await flusher.flushNow();
  now += IDLE_MS;
  await flusher.flushNow();
  let proposed = 0;
  const counting = bed.flusher({
    propose: async (_, command) => {
      proposed += 1;
      return { status: 'ok', value: apply(bed.state, command).reply };
    },
  });
  const asked = Array.from({ length: 50 }, () => counting.hydrate(GROUP, SESSION));
  for (const hydration of await Promise.all(asked)) expect(hydration).toEqual({ status: 'hot' });
  expect(proposed).toBe(1);
});

test('what was erased leaves Postgres too, whether it was in memory or not; an old leader that flushes late changes nothing in the end', async () => {
  const flusher = flusherWith();
  const allCold = async (): Promise<void> => {
    stopWork();
    await flusher.flushNow();
    now += IDLE_MS;
    await flusher.flushNow();
    expect(bed.state.sessions.size).toBe(0);
  };
  bed.create(other(1));
  bed.sayMany(80, other(1));
  bed.sayMany(80);
  await allCold();
  const erase = (sessionId: string) =>
    bed.perform({ type: 'erase-session', sessionId, timeMs: now });
  erase(SESSION);
  await flusher.flushNow();
  expect(await bed.archived()).toEqual([]);
  expect(await bed.archived(other(1))).toHaveLength(80);
  expect(await bed.sql('SELECT session_id FROM session_states')).toEqual([
    { session_id: other(1) },
  ]);
  expect(
    await bed.sql('SELECT status, metadata, last_seq FROM sessions WHERE id = $1', SESSION),
  ).toEqual([{ status: 'erased', metadata: {}, last_seq: 80 }]);
  // Its statement was on its way when the row was written.
  await bed.sql(
    `INSERT INTO messages SELECT $1, seq, gen_random_uuid(), sender_type, sender_id, kind, content, metadata, payload_hash, inserted_at
     FROM messages WHERE session_id = $2 AND seq = 80`,
    SESSION,
    other(1),
  );
  await allCold();
  expect(await bed.archived()).toEqual([]);
  expect(bed.gaps).toEqual([]);
});

test('a session whose state Postgres refuses stays in memory, is reported once, and the others leave', async () => {
  const flusher = flusherWith();
  const refused = other(2);
  for (const number of [1, 2, 3]) bed.create(other(number));
  await flusher.flushNow();
  await bed.sql(
    `ALTER TABLE session_states ADD CONSTRAINT refuses_one CHECK (session_id <> '${refused}')`,
  );
  try {
    now += IDLE_MS;
    for (let pass = 0; pass < 3; pass += 1)
      expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
    expect([...bed.state.sessions.keys()]).toEqual([refused]);
    expect(bed.conflicts).toMatchObject([{ sessionId: refused }]);
    expect(flusher.stats).toMatchObject({ conflictedSessions: 1, sessionsEvicted: 3, failures: 0 });
    bed.say('what it says is archived all the same', refused);
    await flusher.flushNow();
    expect(await bed.archived(refused)).toEqual([1]);
  } finally {
    await bed.sql('ALTER TABLE session_states DROP CONSTRAINT refuses_one');
  }
});
