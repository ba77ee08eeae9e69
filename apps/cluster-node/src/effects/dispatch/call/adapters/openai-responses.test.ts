import type { WebhookMessage } from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import { SUMMARY_KIND } from '../webhook-body.ts';
import { ResponseChunks } from './openai-responses-chunks.ts';
import { openAiResponsesBody } from './openai-responses-request.ts';
import {
  completed,
  delta,
  RECORDED_RESPONSES,
  responseStream,
} from './testing/openai-responses-streams.ts';
import { assembled, mergedTypes, readWith, textOf } from './testing/read-translated.ts';

const readAll = (stream: string, contentType = 'text/event-stream', size = Infinity) =>
  readWith(new ResponseChunks(), stream, contentType, size);

describe.each(RECORDED_RESPONSES)('$name', (recorded) => {
  test.each([Infinity, 64, 1])('becomes valid chunks, read %s bytes at a time', (size) => {
    const { chunks, error } = readAll(recorded.stream, recorded.contentType, size);
    expect(error).toBeNull();
    expect(mergedTypes(chunks)).toEqual(recorded.types);
    expect(textOf(chunks, 'text-delta')).toBe(recorded.text);
    expect(textOf(chunks, 'reasoning-delta')).toBe(recorded.reasoning ?? '');
    expect(chunks.at(-1)?.messageMetadata).toMatchObject(recorded.metadata ?? {});
    expect(assembled(chunks).message.end).toBe('finish');
  });
});

test('a function call keeps the id that its output is sent under', () => {
  const { chunks } = readAll(
    RECORDED_RESPONSES.find(({ name }) => name.includes('pieces'))?.stream ?? '',
  );
  expect(chunks.find(({ type }) => type === 'tool-input-available')).toEqual({
    type: 'tool-input-available',
    toolCallId: 'call_1',
    toolName: 'weather',
    dynamic: true,
    input: { city: 'Rome' },
  });
});

test('a tool that the server runs waits for no output', () => {
  const { chunks } = readAll(
    RECORDED_RESPONSES.find(({ name }) => name.includes('search'))?.stream ?? '',
  );
  expect(chunks.find(({ type }) => type === 'tool-output-available')).toEqual({
    type: 'tool-output-available',
    toolCallId: 'ws_1',
    dynamic: true,
    providerExecuted: true,
    output: { action: { type: 'search', query: 'snow in Oslo' } },
  });
});

test.each([
  [
    'a failed response',
    { type: 'response.failed', response: { error: { message: 'overloaded' } } },
  ],
  ['an event', { type: 'error', code: 'server_error', message: 'overloaded' }],
  ['an event of the older form', { type: 'error', error: { message: 'overloaded' } }],
  ['the form of an HTTP answer', { error: { message: 'overloaded', code: null } }],
])('an error in %s is an error chunk, and nothing follows it', (_, error) => {
  const { chunks } = readAll(responseStream(delta('So'), error, delta('far'), completed()));
  expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'overloaded' });
  expect(textOf(chunks, 'text-delta')).toBe('So');
});

test('a filter that withholds the whole answer is an error', () => {
  const filtered = { reason: 'content_filter' };
  const { chunks } = readAll(
    responseStream({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: filtered },
    }),
  );
  expect(chunks.map(({ type }) => type)).toEqual(['error']);
});

test('an answer without content has no chunks: it is empty', () => {
  expect(readAll(responseStream(completed())).items).toEqual([{ type: 'done' }]);
});

test('a stream that breaks off has no finish', () => {
  const { chunks } = readAll(responseStream(delta('Hel')));
  expect(chunks.at(-1)?.type).toBe('text-delta');
});

test('half characters of two deltas are one character', () => {
  const stream = responseStream(delta('A'), completed()).replace(
    '"delta":"A"}\n\n',
    '"delta":"\\ud83c"}\n\ndata: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"\\udf0d"}\n\n',
  );
  expect(assembled(readAll(stream).chunks).message.parts).toContainEqual(
    expect.objectContaining({ type: 'text', text: '🌍' }),
  );
});

test.each([
  ['no event at all', { hello: 'world' }],
  ['AI SDK chunks', { type: 'start' }],
  ['a delta that is no text', { type: 'response.output_text.delta', delta: [] }],
  ['arguments of no call', { type: 'response.function_call_arguments.delta', delta: '{' }],
  [
    'a function call without a name',
    { type: 'response.output_item.added', item: { type: 'function_call' } },
  ],
])('%s breaks the answer, and what is in front of it stands', (_, wrong) => {
  const { chunks, error } = readAll(responseStream(delta('So'), wrong, delta('far')));
  expect(textOf(chunks, 'text-delta')).toBe('So');
  expect(error).toMatch(/no event of a response|no such function call|has no name/);
  expect(error?.length).toBeLessThan(500);
});

test('kinds of events that came later are passed over', () => {
  const later = { type: 'response.dreaming.delta', delta: 'x' };
  const { chunks, error } = readAll(responseStream(later, delta('Hi'), completed()));
  expect([textOf(chunks, 'text-delta'), error]).toEqual(['Hi', null]);
});

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

function bodyOf(messages: readonly WebhookMessage[]) {
  return JSON.parse(
    openAiResponsesBody({
      session: { id: 's', agentId: 'bot', userId: 'ann' },
      work: { epoch: 1, attempt: 1 },
      history: { messages, trigger: 'submit-message' },
      model: 'gpt-test',
    }),
  );
}

const text = (value: string) => ({ type: 'text', text: value });

test('a conversation is input items, and the server is asked to keep nothing', () => {
  const image = { type: 'file', mediaType: 'image/png', url: 'https://example.org/a.png' };
  const file = { type: 'file', mediaType: 'text/csv', url: 'data:text/csv,a', filename: 'a.csv' };
  const lookup = {
    type: 'dynamic-tool',
    toolName: 'look',
    toolCallId: 'c1',
    state: 'output-available',
    input: { at: 'Oslo' },
    output: { snow: true },
  };
  const search = {
    ...lookup,
    toolName: 'web_search',
    toolCallId: 'ws_1',
    providerExecuted: true,
  };
  expect(
    bodyOf([
      message('user', [text('What was said before.')], SUMMARY_KIND),
      message('user', [text('Look'), image, file]),
      message('assistant', [
        { type: 'reasoning', text: 'Hm.' },
        text('One moment.'),
        lookup,
        search,
        text('It snows.'),
      ]),
      message('user', [text('And?')]),
    ]),
  ).toEqual({
    model: 'gpt-test',
    input: [
      { role: 'system', content: 'What was said before.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: 'https://example.org/a.png' },
          { type: 'input_text', text: '[File: a.csv]' },
        ],
      },
      { role: 'assistant', content: 'One moment.' },
      { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"at":"Oslo"}' },
      { type: 'function_call_output', call_id: 'c1', output: '{"snow":true}' },
      { role: 'assistant', content: 'It snows.' },
      { role: 'user', content: 'And?' },
    ],
    stream: true,
    store: false,
  });
});
