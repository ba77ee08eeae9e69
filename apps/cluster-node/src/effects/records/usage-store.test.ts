import { USAGE_USERS_MAX } from '@fleetlm/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Flusher } from '../flusher/flusher-api.ts';
import { FlusherBed, SESSION } from '../flusher/testing/flusher-bed.ts';
import { RecordDatabase } from './record-database.ts';
import { UsageStore } from './usage-store.ts';

let bed: FlusherBed;
let flusher: Flusher;
let records: RecordDatabase;
let usage: UsageStore;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
  records = new RecordDatabase({
    databaseUrl: bed.url,
    onFailure: (error) => bed.failures.push(error),
  });
  usage = new UsageStore(records);
});
beforeEach(async () => {
  await bed.reset();
  flusher = bed.flusher();
});
afterAll(async () => {
  await records.close(1_000);
  await bed.close();
});

const ALL = { agentId: 'bot', from: '1970-01-01', to: '1970-01-01', userId: null } as const;
const encoder = new TextEncoder();
let replies = 0;

function reply(token_usage: object): void {
  replies += 1;
  const content = { id: 'm', role: 'assistant', parts: [] };
  bed.perform({
    type: 'append-message',
    sessionId: SESSION,
    sender: { type: 'agent', id: 'bot' },
    clientMessageId: `r${replies}`,
    message: {
      id: `01900000-0000-7000-9000-${String(replies).padStart(12, '0')}`,
      kind: 'assistant',
      payload: encoder.encode(JSON.stringify({ content, metadata: { token_usage } })),
      preview: '',
    },
    whileAnswering: 'queue',
    held: null,
    debounceMs: 0,
    timeMs: 2_000,
  });
}

const used = (input_tokens: number, output_tokens: number, cost?: object) => ({
  input_tokens,
  output_tokens,
  total_tokens: input_tokens + output_tokens,
  ...cost,
});

test('a reply counts once, however often its flush is repeated', async () => {
  bed.say('hi');
  reply(used(10, 5, { cost_micros: 7, currency: 'USD' }));
  reply(used(1, 1));
  const before = bed.replayed();
  await flusher.flushNow();
  // A leader that took over flushes the same again.
  bed.state = before;
  await bed.flusher().flushNow();
  expect(await usage.report({ ...ALL, by: 'day' })).toEqual({
    ok: true,
    value: {
      totals: {
        replies: 2,
        inputTokens: 11,
        outputTokens: 6,
        totalTokens: 17,
        cachedInputTokens: 0,
        costs: [{ currency: 'USD', costMicros: 7 }],
      },
      rows: [expect.objectContaining({ key: '1970-01-01', totalTokens: 17 })],
      hasMore: false,
    },
  });
  expect(await usage.report({ ...ALL, by: 'user' })).toMatchObject({
    value: { rows: [{ key: 'ann', replies: 2 }] },
  });
  expect(await usage.spent('1970-01-01', ['bot'])).toMatchObject({
    value: expect.arrayContaining([
      { agentId: 'bot', currency: 'USD', totalTokens: 15, costMicros: 7 },
    ]),
  });
  expect(bed.failures).toEqual([]);
});

test('what a user writes into a message’s metadata is no usage', async () => {
  bed.say('hi', SESSION, { content: '{"text":"x","usage":{"total_tokens":1}}' });
  await flusher.flushNow();
  expect(await usage.report({ ...ALL, by: 'day' })).toMatchObject({ value: { rows: [] } });
  expect(await bed.archived()).toEqual([1]);
});

test('names the users with the most tokens, and says that there are more', async () => {
  await flusher.flushNow();
  await bed.sql(
    `INSERT INTO usage_days SELECT 'bot', 'user-' || n, '1970-01-01', 'USD', 1, n, 0, n, 0, n
     FROM generate_series(1, $1::int) AS n`,
    USAGE_USERS_MAX + 1,
  );
  const report = await usage.report({ ...ALL, by: 'user' });
  if (!report.ok) throw new Error(report.error.detail);
  const { rows, hasMore } = report.value;
  expect(hasMore).toBe(true);
  expect(rows).toHaveLength(USAGE_USERS_MAX);
  expect(rows[0]).toMatchObject({ key: `user-${USAGE_USERS_MAX + 1}` });
  expect(rows.at(-1)).toMatchObject({ key: 'user-2' });
  const one = await usage.report({ ...ALL, by: 'user', userId: 'user-1' });
  expect(one).toMatchObject({ value: { rows: [{ key: 'user-1' }], hasMore: false } });
});

test('a sum beyond the safe integers is shown as the largest of them', async () => {
  await flusher.flushNow();
  await bed.sql(
    `INSERT INTO usage_days SELECT 'bot', 'user-' || n, '1970-01-01', '', 1, $1::bigint, 0, $1::bigint, 0, 0
     FROM generate_series(1, 2) AS n`,
    Number.MAX_SAFE_INTEGER,
  );
  expect(await usage.report({ ...ALL, by: 'day' })).toMatchObject({
    value: { totals: { totalTokens: Number.MAX_SAFE_INTEGER } },
  });
});
