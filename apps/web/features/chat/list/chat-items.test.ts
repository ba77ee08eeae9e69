import type { Message, Row } from '@fleetlm/client';
import { expect, test } from 'vitest';
import { chatItems } from './chat-items.ts';

function row(seq: number, over: Partial<Message> = {}): Row {
  const message: Message = {
    id: `m${seq}`,
    session_id: 's',
    seq,
    sender_id: 'demo',
    kind: 'text',
    content: { text: 'x' },
    metadata: {},
    inserted_at: '2026-11-23T12:00:00.000Z',
    ...over,
  };
  return { type: 'message', key: message.id, message, earlier: [] };
}

const IDLE = { status: 'idle', epoch: 1 } as const;

test('days are apart, and the divider stands before the first unread message', () => {
  const rows = [row(1, { inserted_at: '2026-11-20T12:00:00.000Z' }), row(2), row(3)];
  const items = chatItems({
    rows,
    hasOlder: false,
    agent: IDLE,
    answerEpoch: null,
    unreadAfterSeq: 2,
  });
  expect(items.map((item) => item.type)).toEqual(['day', 'row', 'day', 'row', 'unread', 'row']);
});

test('what stands first in an unfinished list is a message, so that pages in front of it do not move it', () => {
  const rows = [row(7), row(8)];
  const items = chatItems({
    rows,
    hasOlder: true,
    agent: IDLE,
    answerEpoch: null,
    unreadAfterSeq: null,
  });
  expect(items.map((item) => item.key)).toEqual(['m7', 'm8']);
});

test('the waiting line, the answer in progress and its message are one and the same line', () => {
  const rows = [row(1)];
  const running = { status: 'running', epoch: 2, attempt: 1 } as const;
  const waiting = chatItems({
    rows,
    hasOlder: false,
    agent: running,
    answerEpoch: null,
    unreadAfterSeq: null,
  });
  const writing = chatItems({
    rows,
    hasOlder: false,
    agent: running,
    answerEpoch: 2,
    unreadAfterSeq: null,
  });
  const answer = row(2, { kind: 'assistant', metadata: { epoch: 2 } });
  const done = chatItems({
    rows: [...rows, answer],
    hasOlder: false,
    agent: IDLE,
    answerEpoch: null,
    unreadAfterSeq: null,
  });
  expect(waiting.at(-1)).toEqual({ type: 'thinking', key: 'answer-2' });
  expect(writing.at(-1)?.key).toBe('answer-2');
  expect(done.at(-1)?.key).toBe('answer-2');
  expect(done.at(-1)?.type).toBe('row');
});
