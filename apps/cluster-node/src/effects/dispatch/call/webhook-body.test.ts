import type { WebhookMessage } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { HISTORY_BYTES_MAX, HISTORY_MESSAGES_MAX } from '../../../limits.ts';
import type { Message } from '../../ports.ts';
import { threadHistory } from '../history/thread-history.ts';
import { SUMMARY_KIND, webhookBody } from './webhook-body.ts';

const SESSION = { id: '07-01J00000000000000000000000', agentId: 'bot', userId: 'ann' };
const WORK = { epoch: 1, attempt: 1 };

function message(seq: number, length: number, kind = 'text'): WebhookMessage {
  const text = 'x'.repeat(length);
  return {
    id: `m${seq}`,
    role: 'user',
    parts: [{ type: 'text', text }],
    seq,
    sender_id: 'ann',
    kind,
    content: {},
    metadata: {},
    inserted_at: '2026-11-30T00:00:00.000Z',
  };
}

function seqsOf(messages: readonly WebhookMessage[]): readonly number[] {
  const body = webhookBody(SESSION, WORK, { messages, trigger: 'submit-message' });
  const { messages: sent } = JSON.parse(body);
  return sent.map(({ seq }: WebhookMessage) => seq);
}

test('a history that fits is sent whole, as JSON.stringify writes it', () => {
  const messages = [message(1, 3), message(2, 0)];
  const body = webhookBody(SESSION, WORK, { messages, trigger: 'submit-message' });
  const { id, agentId, userId } = SESSION;
  expect(body).toBe(
    JSON.stringify({
      id,
      session_id: id,
      agent_id: agentId,
      user_id: userId,
      trigger: 'submit-message',
      ...WORK,
      messages,
    }),
  );
});

test('of a history over the limit the oldest messages are left out, at the byte', () => {
  const overhead = Buffer.byteLength(JSON.stringify(message(1, 0))) + 1;
  const quarter = HISTORY_BYTES_MAX / 4 - overhead;
  const all = [1, 2, 3, 4].map((seq) => message(seq, quarter));
  expect(seqsOf(all)).toEqual([1, 2, 3, 4]);
  expect(seqsOf([message(1, quarter + 1), ...all.slice(1)])).toEqual([2, 3, 4]);
  expect(seqsOf([message(1, 0), message(2, HISTORY_BYTES_MAX)])).toEqual([2]);
});

test('a summary stays, however much follows it', () => {
  const half = HISTORY_BYTES_MAX / 2;
  const messages = [
    message(1, 10, SUMMARY_KIND),
    message(2, half),
    message(3, half),
    message(4, 9),
  ];
  expect(seqsOf(messages)).toEqual([1, 3, 4]);
});

const ENTIRE = {
  messageHistoryMode: 'entire',
  messageHistoryLimit: 50,
  messageHistoryParts: 'all',
} as const;

/** Reads of a conversation with so many messages of so many bytes, in the mode `entire`. */
async function readsOf(lastSeq: number, payloadBytes: number): Promise<number> {
  const payload = new TextEncoder().encode(
    JSON.stringify({ content: { text: 'x'.repeat(payloadBytes) }, metadata: {} }),
  );
  let read = 0;
  await threadHistory(lastSeq, ENTIRE, (beforeSeq, limit) => {
    const first = Math.max(1, beforeSeq - limit);
    read += beforeSeq - first;
    return Array.from({ length: beforeSeq - first }, (_, at): Message => {
      const seq = first + at;
      const sender = { type: 'user', id: 'ann' } as const;
      const sessionId = SESSION.id;
      return { id: `m${seq}`, sessionId, seq, sender, kind: 'text', payload, insertedAtMs: 0 };
    });
  });
  return read;
}

test('no more of a conversation is read than an agent may be sent', async () => {
  expect(await readsOf(HISTORY_MESSAGES_MAX + 5_000, 1)).toBe(HISTORY_MESSAGES_MAX);
  expect(await readsOf(5_000, 100_000)).toBeLessThanOrEqual(500);
});

test('a conversation whose older messages are gone is sent as far as it is there', async () => {
  const history = await threadHistory(1_000, ENTIRE, () => []);
  expect(history.messages).toEqual([]);
});
