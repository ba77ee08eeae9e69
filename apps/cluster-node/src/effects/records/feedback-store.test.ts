import { FEEDBACK_OF_SESSION_MAX } from '@fleetlm/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FlusherBed, OTHER_SESSION, SESSION } from '../flusher/testing/flusher-bed.ts';
import { type Feedback, FeedbackStore, type NewFeedback } from './feedback-store.ts';
import { RecordDatabase } from './record-database.ts';

let bed: FlusherBed;
let records: RecordDatabase;
let store: FeedbackStore;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
  records = new RecordDatabase({
    databaseUrl: bed.url,
    onFailure: (error) => bed.failures.push(error),
  });
  store = new FeedbackStore(records);
});
beforeEach(() => bed.reset());
afterAll(async () => {
  await records.close(1_000);
  await bed.close();
});

const said = (seq: number, fields: Partial<NewFeedback> = {}): NewFeedback => ({
  sessionId: SESSION,
  seq,
  userId: 'ann',
  agentId: 'bot',
  messageId: '01900000-0000-7000-8000-000000000001',
  rating: 'up',
  reason: null,
  comment: null,
  ...fields,
});

async function keep(feedback: NewFeedback): Promise<Feedback> {
  const kept = await store.keep(feedback);
  if (!kept.ok) throw new Error(kept.error.detail);
  return kept.value;
}

const ALL = { agentId: 'bot', rating: null, reason: null, after: null, limit: 10 } as const;

test('feedback is changed in its place, and taken back', async () => {
  const first = await keep(said(2));
  const changed = await keep(said(2, { rating: 'down', reason: 'incorrect', comment: 'No: 7' }));
  expect(changed).toMatchObject({ rating: 'down', reason: 'incorrect', comment: 'No: 7' });
  expect(changed.createdAtMs).toBe(first.createdAtMs);
  expect(await store.ofSession(SESSION, 'ann')).toEqual({ ok: true, value: [changed] });
  expect(await store.withdraw(SESSION, 2, 'bob')).toEqual({ ok: true, value: null });
  expect(await store.ofSession(SESSION, 'ann')).toMatchObject({ value: [{ seq: 2 }] });
  for (const _time of ['once', 'again'])
    expect(await store.withdraw(SESSION, 2, 'ann')).toEqual({ ok: true, value: null });
  expect(await store.ofSession(SESSION, 'ann')).toEqual({ ok: true, value: [] });
});

test('pages of an agent’s feedback miss none and repeat none, newest first', async () => {
  for (let seq = 1; seq <= 25; seq += 1)
    await keep(said(seq, { sessionId: seq % 2 === 0 ? SESSION : OTHER_SESSION }));
  // Many of the same moment.
  await bed.sql("UPDATE feedback SET updated_at = '2026-11-30T12:00:00Z' WHERE seq <= 20");
  const seen: number[] = [];
  let after: Feedback | null = null;
  for (;;) {
    const page = await store.ofAgent({ ...ALL, after });
    if (!page.ok) throw new Error(page.error.detail);
    seen.push(...page.value.feedback.map(({ seq }) => seq));
    after = page.value.feedback.at(-1) ?? null;
    if (!page.value.hasMore) break;
  }
  expect(seen).toHaveLength(25);
  expect(new Set(seen).size).toBe(25);
  expect(await store.ofAgent({ ...ALL, agentId: 'other' })).toMatchObject({
    value: { feedback: [], hasMore: false },
  });
});

test('feedback is counted by day, by rating and by reason', async () => {
  await keep(said(1));
  await keep(said(2, { rating: 'down', reason: 'slow' }));
  await keep(said(3, { rating: 'down', reason: 'slow' }));
  await keep(said(4, { rating: 'down' }));
  await bed.sql("UPDATE feedback SET updated_at = '2026-11-29T23:59:59.999Z' WHERE seq < 3");
  await bed.sql("UPDATE feedback SET updated_at = '2026-11-30T00:00:00Z' WHERE seq >= 3");
  expect(await store.counts('bot', '2026-11-29', '2026-11-30')).toEqual({
    ok: true,
    value: {
      up: 1,
      down: 3,
      reasons: [
        { rating: 'down', reason: 'slow', count: 2 },
        { rating: 'down', reason: null, count: 1 },
        { rating: 'up', reason: null, count: 1 },
      ],
      days: [
        { day: '2026-11-29', up: 1, down: 1 },
        { day: '2026-11-30', up: 0, down: 2 },
      ],
    },
  });
  expect(await store.counts('bot', '2026-11-29', '2026-11-29')).toMatchObject({
    value: { up: 1, down: 1 },
  });
  expect(await store.ofAgent({ ...ALL, rating: 'down', reason: 'slow' })).toMatchObject({
    value: { feedback: [{ seq: 3 }, { seq: 2 }] },
  });
});

test('of a conversation with more feedback than an answer holds, that of the newest replies', async () => {
  await keep(said(1));
  await bed.sql(
    `INSERT INTO feedback SELECT session_id, n, user_id, agent_id, message_id, rating, reason, comment, created_at, updated_at
     FROM feedback, generate_series(2, $1::int) AS n`,
    FEEDBACK_OF_SESSION_MAX + 1,
  );
  const all = await store.ofSession(SESSION, 'ann');
  if (!all.ok) throw new Error(all.error.detail);
  expect(all.value).toHaveLength(FEEDBACK_OF_SESSION_MAX);
  expect(all.value[0]?.seq).toBe(2);
  expect(all.value.at(-1)?.seq).toBe(FEEDBACK_OF_SESSION_MAX + 1);
});

test('an erased conversation leaves no feedback', async () => {
  const flusher = bed.flusher();
  bed.say('hi');
  await flusher.flushNow();
  await keep(said(1, { comment: 'a secret' }));
  bed.perform({ type: 'erase-session', sessionId: SESSION, timeMs: 3_000 });
  await flusher.flushNow();
  expect(await bed.sql('SELECT * FROM feedback')).toEqual([]);
});
