import type { RunAgentInput } from '@fleetlm/protocol';
import { newToolAnswers } from '@fleetlm/protocol/thread';
import type { ToolPart } from '@fleetlm/protocol/ui-stream';
import { expect, test } from 'vitest';
import { refusals } from '../refusals.ts';
import { chatOfRun } from './ag-ui-input.ts';

const call = (toolCallId: string, more: Partial<ToolPart> = {}): ToolPart => ({
  type: 'dynamic-tool',
  toolName: 'look',
  toolCallId,
  state: 'input-available',
  input: { at: 1 },
  ...more,
});
const asking = call('c3', { state: 'approval-requested', approval: { id: 'p3' } });
const PARTS = [{ type: 'text', text: 'One moment.' } as const, call('c1'), call('c2'), asking];
const THREAD = [
  { id: 'u1', role: 'user', parts: [] },
  { id: 'a1', role: 'assistant', parts: PARTS },
] as const;

const input = (more: Partial<RunAgentInput>): RunAgentInput => ({
  threadId: 't',
  runId: 'r',
  messages: [],
  ...more,
});
const result = (toolCallId: string, more: object = {}) =>
  ({ id: `r-${toolCallId}`, role: 'tool', toolCallId, content: 'snow', ...more }) as const;
const answersOf = (more: Partial<RunAgentInput>) =>
  newToolAnswers(PARTS, chatOfRun(input(more), THREAD, refusals()).messages[0]?.parts);

test('results of tools and decisions on approvals are answers to the message that asked', () => {
  expect(answersOf({ messages: [result('c1'), result('c2', { error: 'gone' })] })).toEqual({
    approvals: [],
    outputs: [
      { tool_call_id: 'c1', output: 'snow' },
      { tool_call_id: 'c2', error_text: 'gone' },
    ],
  });
  const resume = (status: 'resolved' | 'cancelled', payload?: unknown) =>
    answersOf({ resume: [{ interruptId: 'p3', status, payload }] })?.approvals[0];
  expect(resume('resolved')).toEqual({ approval_id: 'p3', approved: true });
  expect(resume('cancelled')).toMatchObject({ approved: false });
  expect(resume('resolved', { approved: false, reason: 'No.' })).toEqual({
    approval_id: 'p3',
    approved: false,
    reason: 'No.',
  });
});

test('files of the user are parts', () => {
  const content = [
    { type: 'text', text: 'Look' },
    {
      type: 'image',
      source: { type: 'url', value: 'https://example.org/a.png', mimeType: 'image/png' },
    },
    { type: 'document', source: { type: 'data', value: 'YQ==', mimeType: 'text/csv' } },
    { type: 'binary', mimeType: 'image/png', data: 'YQ==', filename: 'a.png' },
  ] as const;
  const { messages } = chatOfRun(
    input({ messages: [{ id: 'u2', role: 'user', content: [...content] }] }),
    THREAD,
    refusals(),
  );
  expect(messages[0]?.parts).toEqual([
    { type: 'text', text: 'Look' },
    { type: 'file', mediaType: 'image/png', url: 'https://example.org/a.png' },
    { type: 'file', mediaType: 'text/csv', url: 'data:text/csv;base64,YQ==' },
    { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,YQ==', filename: 'a.png' },
  ]);
});

test('what is not new, or answers nothing, is refused', () => {
  const said = (more: Partial<RunAgentInput>) => () => chatOfRun(input(more), THREAD, refusals());
  expect(said({})).toThrow('must end with a message of the user');
  expect(said({ messages: [result('c9')] })).toThrow('no tool call waits');
});
