import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FAILED_RUNS_KEPT_MS } from '../failed-runs.ts';
import type { Flusher } from './flusher-api.ts';
import { FlusherBed, OTHER_SESSION, SESSION } from './testing/flusher-bed.ts';

/** The events of what is flushed, in a real Postgres. */

let bed: FlusherBed;
let flusher: Flusher;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
});
afterAll(() => bed.close());

beforeEach(async () => {
  await bed.reset();
  flusher = bed.flusher();
});

async function events(sessionId = SESSION): Promise<readonly string[]> {
  const rows = await bed.sql(
    'SELECT type, seq, epoch FROM events WHERE session_id = $1 ORDER BY id',
    sessionId,
  );
  return rows.map(({ type, seq, epoch }) =>
    [type, seq === null ? null : `seq ${seq}`, epoch === null ? null : `epoch ${epoch}`]
      .filter((part) => part !== null)
      .join(' '),
  );
}

/** The agent's reply to the newest message. */
function reply(epoch: number): void {
  const from = { sessionId: SESSION, epoch, attempt: 1, timeMs: 2_000 + epoch } as const;
  bed.perform({ type: 'start-dispatch', ...from });
  bed.perform({
    type: 'complete-dispatch',
    ...from,
    message: {
      id: `01900000-0000-7000-9000-${String(epoch).padStart(12, '0')}`,
      kind: 'assistant',
      payload: new TextEncoder().encode(
        JSON.stringify({
          content: { id: 'm', role: 'assistant', parts: [] },
          metadata: { epoch, termination: 'finish' },
        }),
      ),
      preview: 'well',
    },
  });
}

test('the events of a conversation are in its order: its creation, its messages and the runs that they end', async () => {
  bed.say('hello');
  reply(1);
  await flusher.flushNow();
  bed.say('and now?');
  await flusher.flushNow();
  expect(await events()).toEqual([
    'session.created',
    'message.created seq 1',
    'message.created seq 2',
    'run.finished seq 2 epoch 1',
    'message.created seq 3',
  ]);
  const [run] = await bed.sql("SELECT * FROM events WHERE type = 'run.finished'");
  expect(run).toMatchObject({
    group_id: 7,
    user_id: 'ann',
    agent_id: 'bot',
    termination: 'finish',
    ordinal: 1,
  });
});

test('every event is there once, however often it is flushed, also by two nodes', async () => {
  bed.sayMany(30);
  const copy = bed.replayed();
  await flusher.flushNow();
  const late = bed.flusher({
    propose: async () => ({ status: 'unknown' }),
    ledGroups: () => [{ group: 7, term: 1, state: copy }],
  });
  await late.flushNow();
  await flusher.flushNow();
  expect(await events()).toHaveLength(31);
});

test('a failed run is one event, before what the user wrote after it, or by itself', async () => {
  bed.say('hello');
  bed.failedRuns.record(SESSION, 1, 'The agent did not answer.\u0000');
  await flusher.flushNow();
  expect(await events()).toEqual([
    'session.created',
    'message.created seq 1',
    'run.failed epoch 1',
  ]);
  const [failed] = await bed.sql("SELECT error FROM events WHERE type = 'run.failed'");
  expect(failed?.error).toBe('The agent did not answer.\ufffd');
  // Nothing else is to be flushed; and once more, as a new leader would.
  bed.failedRuns.record(SESSION, 2, 'x');
  bed.failedRuns.record(SESSION, 1, 'x');
  await flusher.flushNow();
  expect((await events()).slice(3)).toEqual(['run.failed epoch 2']);
  expect(bed.failedRuns.size).toBe(0);
});

test('a failure that a replayed log brings back long after is no event again', async () => {
  bed.say('hello');
  await flusher.flushNow();
  const later = bed.flusher({ wallClockMs: () => FAILED_RUNS_KEPT_MS + 10_000 });
  bed.failedRuns.record(SESSION, 1, 'x');
  await later.flushNow();
  expect(await events()).not.toContain('run.failed epoch 1');
  expect(bed.failedRuns.size).toBe(0);
});

test('archiving is an event each time, and reading in between is none', async () => {
  const update = (status: 'active' | 'archived', timeMs: number): void =>
    bed.perform({ type: 'update-session', sessionId: SESSION, metadata: null, status, timeMs });
  bed.say('hello');
  update('archived', 10_000);
  await flusher.flushNow();
  bed.perform({
    type: 'mark-read',
    sessionId: SESSION,
    userId: 'ann',
    lastSeq: 1,
    timeMs: 10_001,
  });
  await flusher.flushNow();
  update('active', 10_002);
  await flusher.flushNow();
  update('archived', 10_003);
  await flusher.flushNow();
  const archived = (await events()).filter((event) => event === 'session.archived');
  expect(archived).toHaveLength(2);
});

test('an erased conversation is an event; what was said in it is none any more', async () => {
  bed.say('hello');
  bed.create(OTHER_SESSION);
  bed.say('another', OTHER_SESSION);
  await flusher.flushNow();
  bed.perform({ type: 'erase-session', sessionId: SESSION, timeMs: 10_000 });
  await flusher.flushNow();
  expect(await events()).toEqual(['session.created', 'session.erased']);
  expect(await events(OTHER_SESSION)).toEqual(['session.created', 'message.created seq 1']);
});

test('events that Postgres refuses keep no message waiting', async () => {
  await flusher.flushNow();
  await bed.sql('ALTER TABLE events ADD CONSTRAINT no_seq_2 CHECK (seq <> 2)');
  try {
    bed.sayMany(3);
    const refused: number[] = [];
    const other = bed.flusher({ onEventsRefused: (_, count) => refused.push(count) });
    expect(await other.flushNow()).toEqual({ status: 'flushed', rows: 3 });
    expect(await bed.archived()).toEqual([1, 2, 3]);
    expect(refused).toEqual([4]);
    expect(bed.failures).toEqual([]);
  } finally {
    await bed.sql('ALTER TABLE events DROP CONSTRAINT no_seq_2');
  }
});

test('an event is visible only when all with lower ids are: another node that appends is waited for', async () => {
  await flusher.flushNow();
  bed.say('hello');
  const other = new pg.Client({ connectionString: bed.url });
  await other.connect();
  try {
    const candidate = {
      place: 0,
      group_id: 8,
      session_id: OTHER_SESSION,
      type: 'run.failed',
      ordinal: 1,
      user_id: 'bob',
      agent_id: 'bot',
      happened_at: new Date(0).toISOString(),
    };
    await other.query('BEGIN');
    const rows = JSON.stringify([candidate]);
    await other.query('SELECT fleetlm_append_events($1::jsonb)', [rows]);
    let isFlushed = false;
    const flushed = flusher.flushNow().finally(() => {
      isFlushed = true;
    });
    const isWaiting = async (): Promise<boolean> => {
      const waiting = await bed.sql(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
      );
      return isFlushed || waiting.length > 0;
    };
    await expect.poll(isWaiting).toBe(true);
    expect(await events()).toEqual(['session.created']);
    await other.query('COMMIT');
    await flushed;
    const all = await bed.sql('SELECT session_id FROM events ORDER BY id');
    expect(all.map(({ session_id }) => session_id)).toEqual([SESSION, OTHER_SESSION, SESSION]);
  } finally {
    await other.end();
  }
});
