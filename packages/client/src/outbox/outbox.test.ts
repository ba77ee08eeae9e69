import { CONTENT_BYTES_MAX, METADATA_BYTES_MAX } from '@fleetlm/protocol/plain';
import type { JsonObject } from '@fleetlm/protocol/ui-stream';
import { expect, test } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import { Outbox } from './outbox.ts';
import type { OutboxEntry } from './outbox-state.ts';
import { memoryOutbox, type OutboxStorage } from './outbox-storage.ts';

const SESSION_ID = '00-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const EMPTY_BYTES = JSON.stringify({ text: '' }).length;
/** Its id, which the outbox adds. */
const ID_BYTES = JSON.stringify({ client_message_id: '0'.repeat(26) }).length - 1;

function open(storage: OutboxStorage = memoryOutbox()): {
  readonly outbox: Outbox;
  readonly sent: unknown[];
} {
  const sent: unknown[] = [];
  const connection: Pick<Connection, 'request'> = {
    request: async (_event, payload) => {
      sent.push(payload);
      return { ok: true, body: { seq: sent.length, id: 'm', inserted_at: '2026-01-01T00:00:00Z' } };
    },
  };
  const outbox = new Outbox({
    connection: connection as Connection,
    storage,
    userId: 'ann',
    onCommitted: () => undefined,
  });
  return { outbox, sent };
}

const text = (bytes: number, letter = 'x'): JsonObject => ({
  text: letter.repeat((bytes - EMPTY_BYTES) / new TextEncoder().encode(letter).length),
});
const metadata = (bytes: number): JsonObject => ({
  note: 'x'.repeat(bytes - ID_BYTES - '{"note":""}'.length),
});

test.each([
  ['content', text(CONTENT_BYTES_MAX), {}],
  ['metadata', text(20), metadata(METADATA_BYTES_MAX)],
])('%s at its limit is sent', async (_name, content, more) => {
  const { outbox, sent } = open();
  outbox.add(SESSION_ID, 'text', content, more);
  await expect.poll(() => outbox.entries.get()).toEqual([]);
  expect(sent).toHaveLength(1);
});

test.each([
  ['content', text(CONTENT_BYTES_MAX + 1), {}],
  ['content', text(EMPTY_BYTES + 2 * (CONTENT_BYTES_MAX / 2), 'ü'), {}],
  ['metadata', text(20), metadata(METADATA_BYTES_MAX + 1)],
])(
  '%s above its limit is refused before it is sent, and does not hold up the next message',
  async (name, content, more) => {
    const { outbox, sent } = open();
    outbox.add(SESSION_ID, 'text', content, more);
    outbox.add(SESSION_ID, 'text', { text: 'next' });
    await expect.poll(() => sent).toMatchObject([{ content: { text: 'next' } }]);
    expect(outbox.entries.get()).toMatchObject([
      {
        status: 'failed',
        error: {
          code: 'payload_too_large',
          message: expect.stringContaining(name),
          retryable: false,
        },
      },
    ]);
  },
);

test('a message that an earlier page stored is refused likewise when it is its turn', async () => {
  const storage = memoryOutbox();
  const entry: OutboxEntry = {
    status: 'pending',
    clientMessageId: '1',
    sessionId: SESSION_ID,
    kind: 'text',
    content: text(2 * CONTENT_BYTES_MAX),
    createdAtMs: 1,
  };
  storage.save([entry]);
  const { outbox, sent } = open(storage);
  outbox.flush();
  await expect.poll(() => outbox.entries.get()[0]?.status).toBe('failed');
  expect(sent).toEqual([]);
});
