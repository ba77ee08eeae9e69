import type { AgentTestBody } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { answerText, piecesPerSecond, saidBefore } from './tried-turns.ts';

const answered = (answer: AgentTestBody['answer'], at: readonly number[] = []): AgentTestBody => ({
  is_healthy: true,
  url: null,
  status: 200,
  error_code: null,
  error: null,
  first_byte_ms: 1,
  first_token_ms: 2,
  total_ms: 9,
  request: null,
  response: null,
  chunks: at.map((at_ms) => ({ at_ms, text: '{"type":"text-delta","id":"t"}', error: null })),
  chunk_count: at.length,
  findings: [],
  session_id: '00-00000000000000000000000000',
  answer,
});

test('the next call gets the whole conversation, and a turn without an answer has none', () => {
  const parts = [{ type: 'text', text: 'Hello' }];
  const turns = [
    { text: 'Hi', test: answered(parts) },
    { text: 'And?', test: answered(null) },
  ];
  expect(saidBefore(turns)).toEqual([
    { role: 'user', text: 'Hi' },
    { role: 'assistant', parts },
    { role: 'user', text: 'And?' },
  ]);
});

test('an answer is its text, and what is no text is named', () => {
  const answer = [
    { type: 'step-start' },
    { type: 'tool-search', toolCallId: 'a' },
    { type: 'text', text: 'Two results.' },
  ];
  expect(answerText({ answer })).toBe('[tool-search]\nTwo results.');
  expect(answerText({ answer: null })).toBe('');
});

test('the pace counts from the first piece to the last', () => {
  expect(piecesPerSecond(answered([], [100, 150, 200]))).toBe(20);
  expect(piecesPerSecond(answered([], [100, 150]))).toBeNull();
});
