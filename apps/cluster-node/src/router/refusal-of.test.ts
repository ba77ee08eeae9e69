import type { RefusalCode } from '@fleetlm/conversation';
import { ackError, problem } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { refusalOf } from '../operations/execute-command.ts';
import { refused } from '../outcome.ts';
import { decodeResponse, encodeResponse } from './call-codec.ts';

test('a cursor beyond the head names `last_seq`, also when another node refused it', () => {
  const message = 'the newest message is 4, not 999';
  const failure = refusalOf({ code: 'seq-beyond-last', detail: message });
  const errors = [{ path: 'last_seq', message }];
  expect(problem(failure)).toMatchObject({ status: 422, errors });
  expect(ackError(failure)).toMatchObject({ code: 'invalid_request', errors });
  const attempt = refused(failure);
  expect(decodeResponse(encodeResponse(7, 'mark-read', attempt), () => 'mark-read')).toEqual({
    ok: true,
    number: 7,
    attempt,
  });
});

test('a conversation that has moved on says so with its newest seq, also when another node refused the message', () => {
  const detail = 'the conversation has moved on: its newest message is 4';
  const failure = refusalOf({ code: 'seq-moved-on', detail, lastSeq: 4 });
  expect(problem(failure)).toMatchObject({ status: 409, code: 'conflict', last_seq: 4 });
  expect(ackError(failure)).toMatchObject({ code: 'conflict', last_seq: 4 });
  const attempt = refused(failure);
  expect(decodeResponse(encodeResponse(7, null, attempt), () => 'append')).toEqual({
    ok: true,
    number: 7,
    attempt,
  });
});

test.each<RefusalCode>([
  'session-not-found',
  'not-participant',
  'session-archived',
  'session-cold',
])('the refusal %s crosses the mesh unchanged', (code) => {
  const attempt = refused(refusalOf({ code, detail: 'why' }));
  expect(decodeResponse(encodeResponse(7, 'mark-read', attempt), () => 'mark-read')).toEqual({
    ok: true,
    number: 7,
    attempt,
  });
});
