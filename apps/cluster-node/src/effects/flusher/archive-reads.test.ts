import { PAGE_BYTES_MAX } from '@fleetlm/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ARCHIVE_UNREACHABLE } from '../ports.ts';
import type { Flusher } from './flusher-api.ts';
import { FlusherBed, OTHER_SESSION, pageOf, SESSION, upTo } from './testing/flusher-bed.ts';

vi.setConfig({ testTimeout: 30_000 });

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
});

const decoder = new TextDecoder();
const seqs = (messages: readonly { readonly seq: number }[]) => messages.map(({ seq }) => seq);

test('gives back every payload byte for byte', async () => {
  const contents = [
    '{"n":1e+308,"m":-1e-7,"k":5e-324}',
    '{"one":1,"neg":0,"big":9007199254740993,"bigger":123456789012345678901234567890}',
    '{"z":1,"a":2,"10":3,"9":4}',
    '{"text":"\\u0000 and \\ud800 and \\udc00"}',
    '{"":{"metadata":{}},"metadata":{"x":",\\"metadata\\":{}}"}}',
    '{"text":"ü 漢字 😀 \\\\ \\" \\n"}',
  ];
  contents.forEach((content) => {
    bed.say('x', SESSION, { content });
  });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      bed.say('x', SESSION, { content: JSON.stringify({ value }) });
    }),
    { numRuns: 200 },
  );
  const written = bed.state.sessions
    .get(SESSION)
    ?.tail.map(({ payload }) => decoder.decode(payload));
  expect(await flusher.flushNow()).toEqual({ status: 'flushed', rows: written?.length });
  const { messages } = await flusher.archive.messagesAfter(SESSION, 0, 1_000, pageOf(1_000));
  expect(messages.map(({ payload }) => decoder.decode(payload))).toEqual(written);
});

test('a number with a short form does not swell on its way through the archive', async () => {
  const numbers = Array.from({ length: 40_000 }, () => '1e308').join(',');
  for (let count = 0; count < 3; count += 1)
    bed.say('x', SESSION, { content: `{"n":[${numbers}]}` });
  await flusher.flushNow();
  const { messages } = await flusher.archive.messagesAfter(SESSION, 0, 3, pageOf(3));
  for (const { payload } of messages) expect(payload.length).toBeLessThan(260_000);
});

test('cuts a page at its bytes, from both ends, and says so', async () => {
  for (const bytes of [100, 200, 300, 400, 500])
    bed.say('x', SESSION, { content: `{"text":"${'x'.repeat(bytes)}"}` });
  await flusher.flushNow();
  const { archive } = flusher;
  const all = await archive.messagesAfter(SESSION, 0, 5, pageOf(9));
  expect(all.isCut).toBe(false);
  const sizes = all.messages.map(({ payload }) => payload.length + 10);
  const sum = (from: number, to: number) =>
    sizes.slice(from, to).reduce((total, size) => total + size, 0);
  // Postgres counts what is stored; the names of the two fields are part of the envelope.
  for (const [bytesMax, after, before] of [
    [1, [1], [5]],
    [sum(0, 2), [1, 2], [5]],
    [sum(3, 5), upTo(3), [4, 5]],
    [sum(0, 5), upTo(5), upTo(5)],
  ] as const) {
    const size = { limit: 9, bytesMax, envelopeBytes: 10 + '{"content":,"metadata":}'.length };
    const first = await archive.messagesAfter(SESSION, 0, 5, size);
    expect([seqs(first.messages), first.isCut]).toEqual([after, after.length < 5]);
    const last = await archive.messagesBefore(SESSION, 6, size);
    expect([seqs(last.messages), last.isCut]).toEqual([before, before.length < 5]);
  }
});

test('measures what an earlier version archived without its size', async () => {
  for (let count = 0; count < 4; count += 1)
    bed.say('x', SESSION, { content: `{"text":"${'x'.repeat(1_000)}"}` });
  await flusher.flushNow();
  await bed.sql('UPDATE messages SET payload_bytes = NULL');
  const size = { limit: 9, bytesMax: 2_500, envelopeBytes: 0 };
  expect(await flusher.archive.messagesAfter(SESSION, 0, 4, size)).toMatchObject({
    messages: [{ seq: 1 }, { seq: 2 }],
    isCut: true,
  });
});

test('reads no more of large messages than a page holds', async () => {
  for (let count = 0; count < 40; count += 1)
    bed.say('x', SESSION, { content: `{"text":"${'x'.repeat(250_000)}"}` });
  while (bed.state.flushBacklog > 0) await flusher.flushNow();
  const size = { limit: 500, bytesMax: PAGE_BYTES_MAX, envelopeBytes: 1_000 };
  const { messages, isCut } = await flusher.archive.messagesAfter(SESSION, 0, 40, size);
  expect(isCut).toBe(true);
  expect(messages).toHaveLength(Math.floor(PAGE_BYTES_MAX / 251_038));
});

test('finds what a user wrote by its text, its parts and its exact characters, newest first', async () => {
  bed.create(OTHER_SESSION, '{"title":"Refunds"}');
  bed.say('50% off_ today', OTHER_SESSION);
  bed.say('x', SESSION, {
    content: '{"parts":[{"type":"text","text":"now 50% OFF_"},{"type":"file","text":"50% off_"}]}',
  });
  bed.say('x', SESSION, { content: '{"text":"nul \\u0000 50% off_ \\ud800"}' });
  bed.say('500 offs');
  await flusher.flushNow();
  const found = await flusher.archive.search({ userId: 'ann', text: '50% off_', limit: 9 });
  expect(found).toMatchObject({
    ok: true,
    value: [
      { sessionId: SESSION, seq: 2, title: null },
      { sessionId: SESSION, seq: 1 },
      { sessionId: OTHER_SESSION, title: 'Refunds' },
    ],
  });
  expect(await flusher.archive.search({ userId: 'bob', text: '50% off_', limit: 9 })).toEqual({
    ok: true,
    value: [],
  });
});

test('a search among many messages is answered from the index', async () => {
  await flusher.flushNow();
  await bed.sql(`INSERT INTO sessions (id, user_id, agent_id, status, version, inserted_at, updated_at)
    SELECT 's' || n, 'u1', 'bot', 'active', 1, now(), now() FROM generate_series(1, 200) n`);
  await bed.sql(`INSERT INTO messages (session_id, seq, id, sender_type, sender_id, kind, content, payload_hash, inserted_at, search_text)
    SELECT 's' || (n % 200), n, gen_random_uuid(), 'user', 'x', 'text', '{}', '', now(), repeat('the quick brown fox ', 20) || n
    FROM generate_series(1, 5000) n`);
  await bed.sql('VACUUM ANALYZE messages, sessions');
  const plan = await bed.sql(
    "EXPLAIN SELECT m.seq FROM messages m JOIN sessions s ON s.id = m.session_id WHERE s.user_id = 'u1' AND m.search_text ILIKE '%lazy dog%' ORDER BY m.inserted_at DESC LIMIT 30",
  );
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('messages_search_text_idx');
}, 60_000);

test('an error of Postgres reaches users as a plain sentence', async () => {
  await flusher.flushNow();
  await bed.sql('ALTER TABLE messages RENAME TO elsewhere');
  try {
    const reading = flusher.archive.messagesAfter(SESSION, 0, 1, pageOf(1));
    await expect(reading).rejects.toThrow(ARCHIVE_UNREACHABLE);
    expect(await flusher.archive.search({ userId: 'ann', text: 'xx', limit: 1 })).toEqual({
      ok: false,
      error: { code: 'archive_unavailable', detail: ARCHIVE_UNREACHABLE },
    });
    bed.say('x');
    expect(await flusher.flushNow()).toEqual({
      status: 'unavailable',
      error: 'Postgres answered with an error (SQLSTATE 42P01)',
    });
    expect(flusher.stats.lastError).toBe('Postgres answered with an error (SQLSTATE 42P01)');
    expect(bed.failures).toHaveLength(3);
  } finally {
    await bed.sql('ALTER TABLE elsewhere RENAME TO messages');
  }
});
