import { expect, test } from 'vitest';
import type { Message } from '../wire.ts';
import { answerableId, callsAgent } from './open-requests.ts';
import { rowsOf } from './rows.ts';

const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const message = (seq: number, sender_id: string, fields: Partial<Message>): Message => ({
  id: `m${seq}`,
  session_id: SESSION,
  seq,
  sender_id,
  kind: 'text',
  content: { text: `message ${seq}` },
  metadata: {},
  inserted_at: '2026-11-30T12:00:00.000Z',
  ...fields,
});
const asking = (call: string) => ({
  type: 'tool-mail',
  toolCallId: call,
  state: 'approval-requested',
  input: {},
  approval: { id: `ask-${call}` },
});
const reply = message(2, 'bot', {
  kind: 'assistant',
  content: { id: 'm2', role: 'assistant', parts: [asking('c1'), asking('c2')] },
});
const decision = (seq: number, call: string) =>
  message(seq, 'ann', {
    kind: 'tool-response',
    content: { message_id: 'm2', approvals: [{ approval_id: `ask-${call}`, approved: true }] },
  });
const answerable = (...log: readonly Message[]) =>
  answerableId(rowsOf(SESSION, log, []).rows, 'ann');
const FIRST = message(1, 'ann', {});

test('an answer is due after the last decision about a message, not after the ones before', () => {
  const [one, two] = [decision(3, 'c2'), decision(4, 'c1')];
  expect(callsAgent([FIRST, reply, one], one)).toBe(false);
  expect(callsAgent([FIRST, reply, one, two], two)).toBe(true);
  expect(callsAgent([FIRST], FIRST)).toBe(true);
});

test('requests can be decided until the user writes something else', () => {
  expect(answerable(FIRST, reply)).toBe('m2');
  expect(answerable(FIRST, reply, decision(3, 'c1'))).toBe('m2');
  expect(answerable(FIRST, reply, message(3, 'bot', {}))).toBe('m2');
  expect(answerable(FIRST, reply, decision(3, 'c1'), decision(4, 'c2'))).toBeNull();
  expect(answerable(FIRST, reply, message(3, 'ann', {}))).toBeNull();
  expect(answerable(FIRST, reply, message(3, 'ann', {}), message(4, 'bot', {}))).toBeNull();
});
