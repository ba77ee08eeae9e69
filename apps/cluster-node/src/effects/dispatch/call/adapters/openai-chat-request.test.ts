import type { WebhookMessage } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { HISTORY_BYTES_MAX } from '../../../../limits.ts';
import { SUMMARY_KIND } from '../webhook-body.ts';
import { openAiChatBody } from './openai-chat-request.ts';

const session = { id: 's', agentId: 'bot', userId: 'ann' };
const work = { epoch: 1, attempt: 1 };
let seq = 0;

function message(
  role: 'user' | 'assistant',
  parts: WebhookMessage['parts'],
  kind = 'text',
): WebhookMessage {
  seq += 1;
  return {
    id: `m${seq}`,
    role,
    parts,
    seq,
    sender_id: role === 'user' ? 'ann' : 'bot',
    kind,
    content: { parts },
    metadata: { private: 'yes' },
    inserted_at: '2026-11-30T12:00:00.000Z',
  };
}

const user = (text: string, kind = 'text') => message('user', [{ type: 'text', text }], kind);
const reply = (text: string) =>
  message('assistant', [{ type: 'text', text, state: 'done' }], 'assistant');

function bodyOf(messages: readonly WebhookMessage[], model: string | null = 'llama3.2') {
  return JSON.parse(
    openAiChatBody({ session, work, history: { messages, trigger: 'submit-message' }, model }),
  );
}

test('a conversation is a request for a stream with usage, and nothing but roles and texts leaves', () => {
  expect(bodyOf([user('Hi'), reply('Hello'), user('And?')])).toEqual({
    model: 'llama3.2',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'And?' },
    ],
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('roles alternate from the user on: chat templates of many models refuse anything else', () => {
  const { messages } = bodyOf([
    reply('cut off by the history'),
    user('a'),
    user('b'),
    reply('c'),
    reply('d'),
    user('e'),
  ]);
  expect(messages).toEqual([
    { role: 'user', content: 'a\n\nb' },
    { role: 'assistant', content: 'c\n\nd' },
    { role: 'user', content: 'e' },
  ]);
});

test('a summary of what was before is a system message', () => {
  const { messages } = bodyOf([user('They met.', SUMMARY_KIND), reply('gone'), user('Who?')]);
  expect(messages).toEqual([
    { role: 'system', content: 'They met.' },
    { role: 'user', content: 'Who?' },
  ]);
});

test('calls of tools come with the output of each, whatever became of it', () => {
  const tool = (toolCallId: string, more: object) => ({
    type: 'tool-look',
    toolCallId,
    input: { at: 1 },
    ...more,
  });
  const { messages } = bodyOf([
    user('Look'),
    message(
      'assistant',
      [
        { type: 'step-start' },
        { type: 'reasoning', id: 'r', text: 'hidden', state: 'done' },
        { type: 'text', text: 'One moment', state: 'done' },
        tool('a', { state: 'output-available', output: { seen: true } }),
        tool('b', { state: 'output-error', errorText: 'broken' }),
        tool('c', { state: 'output-denied' }),
        { ...tool('d', { state: 'input-available' }), type: 'dynamic-tool', toolName: 'other' },
        { type: 'text', text: 'Seen', state: 'done' },
      ],
      'assistant',
    ),
    user('And?'),
  ]);
  const called = (id: string, name: string) => ({
    id,
    type: 'function',
    function: { name, arguments: '{"at":1}' },
  });
  expect(messages).toEqual([
    { role: 'user', content: 'Look' },
    {
      role: 'assistant',
      content: 'One moment',
      tool_calls: [
        called('a', 'look'),
        called('b', 'look'),
        called('c', 'look'),
        called('d', 'other'),
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: '{"seen":true}' },
    { role: 'tool', tool_call_id: 'b', content: 'Error: broken' },
    { role: 'tool', tool_call_id: 'c', content: 'The user did not allow this call.' },
    { role: 'tool', tool_call_id: 'd', content: 'This call has no result.' },
    { role: 'assistant', content: 'Seen' },
    { role: 'user', content: 'And?' },
  ]);
});

test('images are sent, other files are named', () => {
  const url = 'data:image/png;base64,AAAA';
  const { messages } = bodyOf([
    message('user', [
      { type: 'text', text: 'What is this?' },
      { type: 'file', mediaType: 'image/png', url },
      {
        type: 'file',
        mediaType: 'application/pdf',
        filename: 'a.pdf',
        url: 'data:application/pdf;base64,AAAA',
      },
    ]),
  ]);
  expect(messages[0].content).toEqual([
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url } },
    { type: 'text', text: '[File: a.pdf]' },
  ]);
});

test('the oldest messages are left out of what would be too large, the newest never', () => {
  const large = 'x'.repeat(HISTORY_BYTES_MAX / 2);
  const { messages } = bodyOf([
    user('old'),
    reply(large),
    user(large),
    reply('newer'),
    user('newest'),
  ]);
  expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(messages.at(-1).content).toBe('newest');
});

test('no model is named when the agent has none', () => {
  expect(bodyOf([user('Hi')], null)).not.toHaveProperty('model');
});
