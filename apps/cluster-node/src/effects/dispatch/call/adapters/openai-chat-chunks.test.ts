import { TOOL_REQUESTS_MAX } from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import { CompletionChunks } from './openai-chat-chunks.ts';
import { completion, event, RECORDED_STREAMS } from './testing/openai-chat-streams.ts';
import { assembled, mergedTypes, readWith, textOf } from './testing/read-translated.ts';
import { TranslatedReader } from './translated-reader.ts';

const readAll = (stream: string, contentType = 'text/event-stream', size = Infinity) =>
  readWith(new CompletionChunks(), stream, contentType, size);

describe.each(RECORDED_STREAMS)('$name', (recorded) => {
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

test('a tool call keeps its id, its name and its whole input', () => {
  const { chunks } = readAll(
    RECORDED_STREAMS.find(({ name }) => name.includes('pieces'))?.stream ?? '',
  );
  expect(chunks.filter(({ type }) => type.startsWith('tool-'))).toEqual([
    { type: 'tool-input-start', toolCallId: 'call_1', toolName: 'weather', dynamic: true },
    { type: 'tool-input-delta', toolCallId: 'call_1', inputTextDelta: '{"city":' },
    { type: 'tool-input-delta', toolCallId: 'call_1', inputTextDelta: '"Rome"}' },
    {
      type: 'tool-input-available',
      toolCallId: 'call_1',
      toolName: 'weather',
      dynamic: true,
      input: { city: 'Rome' },
    },
  ]);
});

const call = (id: string, json: string, index = 0): object => ({
  index,
  id,
  type: 'function',
  function: { name: 'f', arguments: json },
});

test.each([
  ['is no JSON', '{"a":', undefined],
  ['is nested too deep', '['.repeat(100) + ']'.repeat(100), undefined],
  ['is empty', '', {}],
])('a tool call whose input %s', (_, json, input) => {
  const { chunks } = readAll(
    completion(event({ tool_calls: [call('c', json)] }, 'tool_calls'), '[DONE]'),
  );
  const last = chunks.find(({ type }) => /^tool-input-(available|error)$/.test(type));
  expect(last?.type).toBe(input === undefined ? 'tool-input-error' : 'tool-input-available');
  expect(last?.input).toEqual(input ?? json);
  expect(assembled(chunks).message.end).toBe('finish');
});

test('tool calls without an id get one each', () => {
  const calls = [call('', '{}', 0), call('', '{}', 1)];
  const { chunks } = readAll(completion(event({ tool_calls: calls }, 'tool_calls'), '[DONE]'));
  const ids = chunks
    .filter(({ type }) => type === 'tool-input-available')
    .map(({ toolCallId }) => toolCallId);
  expect(ids).toEqual(['chatcmpl-1-0', 'chatcmpl-1-1']);
});

test.each([
  ['OpenAI', { error: { message: 'overloaded', type: 'server_error', code: null } }],
  ['Ollama', { error: 'overloaded' }],
  ['vLLM', { object: 'error', message: 'overloaded', type: 'BadRequestError', code: 400 }],
])('an error of %s in the stream is an error chunk, and nothing follows it', (_, error) => {
  const { chunks } = readAll(
    completion(event({ content: 'So' }), error, event({ content: 'far' }), '[DONE]'),
  );
  expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'overloaded' });
  expect(textOf(chunks, 'text-delta')).toBe('So');
});

test('a filter that withholds the whole answer is an error', () => {
  const { chunks } = readAll(
    completion(event({ role: 'assistant' }), event({}, 'content_filter'), '[DONE]'),
  );
  expect(chunks.map(({ type }) => type)).toEqual(['error']);
});

test('an answer without content has no chunks: it is empty', () => {
  const { items } = readAll(
    completion(event({ role: 'assistant', content: '' }), event({}, 'stop'), '[DONE]'),
  );
  expect(items).toEqual([{ type: 'done' }]);
});

test('a stream that breaks off has no finish', () => {
  const { chunks } = readAll(completion(event({ content: 'Hel' })));
  expect(chunks.map(({ type }) => type)).toEqual([
    'start',
    'start-step',
    'text-start',
    'text-delta',
  ]);
});

test('other choices than the first are not read', () => {
  const both = {
    ...event(null),
    choices: [1, 0].map((index) => ({ index, delta: { content: `${index}` } })),
  };
  expect(textOf(readAll(completion(both)).chunks, 'text-delta')).toBe('0');
});

test('half characters of two deltas are one character', () => {
  const stream = `data: {"choices":[{"delta":{"content":"\\ud83c"}}]}\n\ndata: {"choices":[{"delta":{"content":"\\udf0d"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
  expect(assembled(readAll(stream).chunks).message.parts).toContainEqual(
    expect.objectContaining({ type: 'text', text: '🌍' }),
  );
});

test.each([
  ['no event of a completion', { hello: 'world' }],
  ['a content that is no text', event({ content: [{ type: 'text', text: 'x' }] })],
  ['a tool call without a name', event({ tool_calls: [{ index: 0, id: 'c' }] })],
  ['more choices than are read', { choices: new Array(1_001).fill({ delta: {} }) }],
  ['AI SDK chunks', { type: 'start' }],
])('%s breaks the answer, and what is in front of it stands', (_, wrong) => {
  const { chunks, error } = readAll(
    completion(event({ content: 'So' }), wrong, event({ content: 'far' })),
  );
  expect(textOf(chunks, 'text-delta')).toBe('So');
  expect(error).toMatch(/no chat\.completion\.chunk|no function name/);
  expect(error?.length).toBeLessThan(500);
});

test("an event with many tool calls can't make more chunks than an answer may have", () => {
  const calls = Array.from({ length: 10 }, (_, at) => call(`c${at}`, ' '));
  const bytes = new TextEncoder().encode(completion(event({ tool_calls: calls })));
  // `start`, `start-step`, and of each call its beginning and its input.
  expect(
    new TranslatedReader('text/event-stream', new CompletionChunks(), 22).push(bytes),
  ).toHaveLength(22);
  expect(() =>
    new TranslatedReader('text/event-stream', new CompletionChunks(), 21).push(bytes),
  ).toThrow('chunks');
});

test(`more than ${TOOL_REQUESTS_MAX} calls that wait for an output are refused as those of any agent`, () => {
  const calls = Array.from({ length: TOOL_REQUESTS_MAX + 1 }, (_, at) => call(`c${at}`, '{}', at));
  const { chunks } = readAll(completion(event({ tool_calls: calls }, 'tool_calls'), '[DONE]'));
  expect(() => assembled(chunks)).toThrow(`more than ${TOOL_REQUESTS_MAX} decisions`);
});
